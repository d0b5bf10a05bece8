"""The lock of a snapshot prefix: one run at a time writes there."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from owltf.errors import OwltfError

# What a file system that knows no locks says.
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)


def lock_path(prefix: Path) -> Path:
    """Return the file that is locked while a run writes snapshots of a prefix."""
    # As the snapshots' names are made: a prefix may be a folder, or have no name at all.
    return Path(f"{prefix}.lock")


@contextmanager
def locked(prefix: Path) -> Iterator[None]:
    """Hold the lock of a prefix while a `with` block runs.

    The system holds it for the process and lets it go when the process ends, however that was. So
    what a killed run left is taken over at once. Where no file can be made nothing is locked.

    Raises:
        OwltfError: if another run holds it; the message has that run's process and host.
    """
    path = lock_path(prefix)
    handle = _take(prefix, path)
    if handle is None:
        yield
        return
    try:
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": _now()}
        os.ftruncate(handle, 0)
        with suppress(OSError):
            os.write(handle, json.dumps(holder).encode() + b"\n")
        yield
    finally:
        # Removed while it is held: who opens the file before that sees that it is gone.
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def check_free(prefix: Path) -> None:
    """Raise OwltfError if another run holds the lock of a prefix; make no file."""
    path = lock_path(prefix)
    if not path.exists():
        return
    with suppress(OSError):
        handle = os.open(path, os.O_RDWR)
        try:
            if not _try(handle):
                raise _held(prefix, path)
        finally:
            os.close(handle)


def _take(prefix: Path, path: Path) -> int | None:
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            return None
        if not _try(handle):
            os.close(handle)
            raise _held(prefix, path)
        if _is_at(handle, path):
            return handle
        os.close(handle)


def _try(handle: int) -> bool:
    """Return whether a file is locked for this process now."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _NO_LOCKS
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Return whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


def _held(prefix: Path, path: Path) -> OwltfError:
    return OwltfError(
        f"snapshot_prefix '{prefix}': another run writes there: {_holder(path)}; wait for its end, "
        f"or give this run another snapshot_prefix"
    )


def _holder(path: Path) -> str:
    try:
        told = json.loads(path.read_text())
        return f"process {told['pid']} on {told['host']}, since {told['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return f"it has just begun, see {path}"


def _now() -> str:
    return datetime.now().strftime("%Y-%m-%d %H:%M:%S")
