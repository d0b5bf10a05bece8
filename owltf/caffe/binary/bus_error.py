"""Says which file was cut while it was mapped into memory, before the process ends.

The system answers a look at bytes that are gone by SIGBUS. Python's own handlers never run for it:
they wait for the instruction that failed to end. So a C handler is set, which calls into Python.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from owltf.files.atomic import remove_unfinished

_STDERR, _STATUS = 2, 2
_lengths: dict[Path, int] = {}


def tell_if_cut(path: Path, length: int) -> None:
    """End the process with a line that names a mapped file if it is cut, and the exit status 2.

    A handler of SIGBUS that is there already stays.

    Args:
        path: the file.
        length: the bytes that are mapped.
    """
    _lengths[path.absolute()] = length
    if hasattr(signal, "SIGBUS"):
        _set_handler()


def _set_handler() -> None:
    set_signal = _c_signal()
    before = set_signal(signal.SIGBUS, ctypes.cast(_handler, ctypes.c_void_p))
    if before not in (None, _address()):
        set_signal(signal.SIGBUS, before)


def _c_signal() -> Callable[..., Any]:
    set_signal = ctypes.CDLL(None).signal
    set_signal.argtypes, set_signal.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_void_p
    return set_signal


def _address() -> int | None:
    return ctypes.cast(_handler, ctypes.c_void_p).value


def _end(number: int) -> None:
    cut = ", ".join(str(path) for path, length in _lengths.items() if _size(path) < length)
    message = f"{cut or 'a file'} became shorter while it was read"
    os.write(_STDERR, f"owltf: error: {ascii(message)[1:-1]}\n".encode())
    remove_unfinished()
    os._exit(_STATUS)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


# Kept for the life of the process, as C holds its address.
_handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(_end)
