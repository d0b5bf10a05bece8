"""Clock: how fast the updates of a run are, without compiling, tests and snapshots."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Clock:
    """Measures the calls that compute updates, but for the first, in which TensorFlow compiles.

    Args:
        iteration: returns the updates made so far, from any thread.
        now: returns the time in seconds.
    """

    def __init__(
        self, iteration: Callable[[], int], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._iteration, self._now = iteration, now
        self._updates, self._seconds = 0, 0.0
        # Where and when the call began that is being computed.
        self._call: tuple[int, float] | None = None
        self.is_warm = False

    @contextmanager
    def call(self) -> Iterator[None]:
        """Measure what is computed inside."""
        self._call = (self._iteration(), self._now()) if self.is_warm else None
        try:
            yield
        finally:
            self._updates, self._seconds = self._so_far()
            self._call, self.is_warm = None, True

    def updates_per_second(self) -> float:
        """Return the mean speed so far, the call that is being computed included; 0 at first."""
        updates, seconds = self._so_far()
        return updates / seconds if seconds > 0 else 0.0

    @property
    def seconds(self) -> float:
        """How long updates were computed."""
        return self._so_far()[1]

    def _so_far(self) -> tuple[int, float]:
        if self._call is None:
            return self._updates, self._seconds
        first, since = self._call
        return self._updates + self._iteration() - first, self._seconds + self._now() - since
