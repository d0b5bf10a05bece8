"""Clock: how fast the updates of a run are, without compiling, tests and snapshots.

And for how much of that time they waited for data.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Clock:
    """Measures the calls that compute updates, but for the first, in which TensorFlow compiles.

    Args:
        iteration: returns the updates made so far, from any thread.
        waited: returns for how many seconds data were waited for so far, from any thread.
        now: returns the time in seconds.
    """

    def __init__(
        self,
        iteration: Callable[[], int],
        waited: Callable[[], float] = lambda: 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._iteration, self._waited, self._now = iteration, waited, now
        self._past = _Span(0, 0.0, 0.0)
        # Where all three stood when the call began that is being computed.
        self._call: _Span | None = None
        self.is_warm = False

    @contextmanager
    def call(self) -> Iterator[None]:
        """Measure what is computed inside."""
        self._call = self._read() if self.is_warm else None
        try:
            yield
        finally:
            self._past = self._so_far()
            self._call, self.is_warm = None, True

    def updates_per_second(self) -> float:
        """Return the mean speed so far, the call that is being computed included; 0 at first."""
        past = self._so_far()
        return past.updates / past.seconds if past.seconds > 0 else 0.0

    def waiting(self) -> float:
        """Return the share of the time, from 0 to 1, in which data were waited for."""
        past = self._so_far()
        return min(past.waited / past.seconds, 1.0) if past.seconds > 0 else 0.0

    @property
    def seconds(self) -> float:
        """How long updates were computed."""
        return self._so_far().seconds

    def _so_far(self) -> _Span:
        past, call = self._past, self._call
        return past if call is None else past + (self._read() - call)

    def _read(self) -> _Span:
        return _Span(self._iteration(), self._now(), self._waited())


@dataclass(frozen=True)
class _Span:
    """Some updates, the seconds they took, and for how many of them data were waited for."""

    updates: int
    seconds: float
    waited: float

    def __add__(self, other: _Span) -> _Span:
        return _Span(
            self.updates + other.updates,
            self.seconds + other.seconds,
            self.waited + other.waited,
        )

    def __sub__(self, other: _Span) -> _Span:
        return self + _Span(-other.updates, -other.seconds, -other.waited)
