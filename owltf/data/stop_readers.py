"""Readers come to rest before Python ends.

TensorFlow destroys a pipeline after Python has ended, and waits for its reader's call. But then no
other thread may run Python any more: a call that has just begun would never end, nor the process.
So at exit readers give empty arrays at once, until every pipeline has as much as it holds and calls
no more.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

# A pipeline that has room calls its reader again within a moment.
_QUIET_SECONDS = 0.05


class _Readers:
    """What readers are doing.

    Attributes:
        ending: whether they shall come to rest.
    """

    def __init__(self) -> None:
        self.ending = False
        self._lock = Lock()
        self._calls = 0
        self._last = 0.0

    def count(self, change: int) -> None:
        """Note that a call begins (1) or ends (-1)."""
        with self._lock:
            self._calls += change
            self._last = time.monotonic()

    def rest(self) -> None:
        """Return when no reader is called any more."""
        self.ending = True
        while self._calls or time.monotonic() - self._last < _QUIET_SECONDS:
            time.sleep(_QUIET_SECONDS / 5)


_readers = _Readers()
atexit.register(_readers.rest)


def is_ending() -> bool:
    """Say whether Python is about to end."""
    return _readers.ending


@contextmanager
def reading() -> Iterator[None]:
    """Count a reader's call while it lasts."""
    _readers.count(1)
    try:
        yield
    finally:
        _readers.count(-1)
