"""Signals given to a function in a thread, whatever the main thread is doing.

A Python handler runs only when the running call into TensorFlow returns, and an exception that it
raises in a destructor is lost. So a small thread reads the numbers that the C handler writes to a
pipe.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from owltf.files.atomic import remove_unfinished

# Whatever a live screen left: a hidden cursor, and half a line.
_CLEAN_UP = b"\x1b[?25h\r\x1b[2K"


@contextmanager
def signals_to(take: Callable[[int], None], numbers: Sequence[int]) -> Iterator[None]:
    """Give some signals to a function, in a thread, for a `with` block.

    Outside the main thread Python allows no handlers; then nothing is caught.

    Args:
        take: the function, which is given the signal's number.
        numbers: the signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    read, write = os.pipe()
    os.set_blocking(write, False)
    old_wakeup = signal.set_wakeup_fd(write)
    old = {number: signal.signal(number, _leave_to_thread) for number in numbers}
    threading.Thread(target=_read, args=(read, take, frozenset(numbers)), daemon=True).start()
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(old_wakeup)
        os.close(write)


def leave_at_once(number: int, message: str, stderr: int = 2) -> None:
    """End the process with a signal's exit status; what is half written is removed.

    Args:
        number: the signal.
        message: what to print.
        stderr: the file descriptor to print it to.
    """
    remove_unfinished()
    if os.isatty(stderr) and os.environ.get("TERM") not in ("dumb", "unknown"):
        os.write(stderr, _CLEAN_UP)
    os.write(stderr, f"{message}\n".encode())
    os._exit(128 + number)


def _read(pipe: int, take: Callable[[int], None], numbers: frozenset[int]) -> None:
    while received := os.read(pipe, 1):
        if received[0] in numbers:
            take(received[0])
    os.close(pipe)


def _leave_to_thread(number: int, frame: Any) -> None:
    """Let Python keep the signal from ending the process; the thread does the work."""
