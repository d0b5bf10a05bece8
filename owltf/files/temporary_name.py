"""Names of temporary files, which tell whether the process that was writing one still runs."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from zlib import crc32

_NAME = re.compile(r"\.(?P<name>.+)\.(?P<machine>[0-9a-f]{8})-(?P<pid>\d+)-[^.]+", re.DOTALL)


def temporary_prefix(name: str) -> str:
    """Return how the name of a temporary file of this process begins.

    Args:
        name: the name that the file gets when it is complete.
    """
    return f".{name}.{_machine()}-{os.getpid()}-"


def is_left_over(temporary: str, belongs: Callable[[str], bool]) -> bool:
    """Return whether a temporary file's process has ended without removing it.

    Of another machine's processes that cannot be known; then the answer is no.

    Args:
        temporary: the name of the temporary file; this process is not writing it.
        belongs: whether a file's final name is one of those that are asked about.
    """
    found = _NAME.fullmatch(temporary)
    if found is None or found["machine"] != _machine() or not belongs(found["name"]):
        return False
    pid = int(found["pid"])
    # The number of a process that has ended may be this process's own by now.
    return pid == os.getpid() or not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


@cache
def _machine() -> str:
    """Return a number for this machine and, in a container, for its table of processes."""
    try:
        processes = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        processes = ""
    return f"{crc32(f'{socket.gethostname()} {processes}'.encode()):08x}"
