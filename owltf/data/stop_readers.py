"""Stops background readers when Python exits: TensorFlow would wait forever for one that runs.

TensorFlow destroys a pipeline after Python has ended, and waits there for its reader's call. But no
other thread may run Python then, so a call that has just begun would never end, and the process
would hang. So at exit readers return empty arrays at once, until every pipeline is full and calls
its reader no more.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, get_native_id

# A pipeline that has room for more calls its reader again sooner than this, if it gets a processor.
_QUIET_SECONDS = 0.05
# Threads that never rest, and need not be a pipeline's, are not waited for longer.
_MOST_SECONDS = 1.0
_THREADS = Path("/proc/self/task")


class ReadersStoppedError(Exception):
    """Raised by a reader that can do no more, as Python exits."""


class _Readers:
    """Counts the calls of all readers that are running.

    Attributes:
        ending: whether readers should return at once, as Python exits.
    """

    def __init__(self) -> None:
        self.ending = False
        self._lock = Lock()
        self._calls = 0
        self._last = 0.0

    def count(self, change: int) -> None:
        """Record that a call begins (1) or ends (-1)."""
        with self._lock:
            self._calls += change
            self._last = time.monotonic()

    def stop(self) -> None:
        """Tell readers to return at once, and wait until none is called any more."""
        self.ending = True
        most = time.monotonic() + _MOST_SECONDS
        while self._are_called() or (self._last and _others_run() and time.monotonic() < most):
            time.sleep(_QUIET_SECONDS / 5)

    def _are_called(self) -> bool:
        return bool(self._calls) or time.monotonic() - self._last < _QUIET_SECONDS


def _others_run() -> bool:
    """Return whether another thread runs, or waits for a processor; False where nobody knows."""
    own = str(get_native_id())
    with suppress(OSError):
        return any(_is_running(each) for each in _THREADS.iterdir() if each.name != own)
    return False


def _is_running(thread: Path) -> bool:
    # A thread may end in the meantime. What follows its name, in brackets, is its state.
    with suppress(OSError):
        return (thread / "stat").read_text().rpartition(")")[2].split()[0] == "R"
    return False


_readers = _Readers()
atexit.register(_readers.stop)


def is_ending() -> bool:
    """Return whether Python is exiting, so that readers should return at once."""
    return _readers.ending


@contextmanager
def reading() -> Iterator[None]:
    """Count a reader's call as running during a `with` block."""
    _readers.count(1)
    try:
        yield
    finally:
        _readers.count(-1)
