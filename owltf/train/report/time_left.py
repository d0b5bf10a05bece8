"""TimeLeft: how long a run will still take, its tests included and compiling left out."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import nan

from owltf.plugin.events import Setup


class TimeLeft:
    """Measures the rounds of tests.

    The first round, in which TensorFlow compiles, is left out.

    Args:
        now: returns the time in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since = now()
        # When each round was: the updates made before it.
        self._rounds: list[int] = []
        self._seconds = 0.0

    def test_begins(self, iteration: int) -> None:
        """Begin to measure the test of a net.

        Args:
            iteration: updates made so far.
        """
        self._since = self._now()
        if not self._rounds or self._rounds[-1] != iteration:
            self._rounds.append(iteration)

    def test_ends(self) -> None:
        """Add what the test took."""
        if len(self._rounds) > 1:
            self._seconds += self._now() - self._since

    def seconds(self, setup: Setup) -> float:
        """Return the time left in seconds; NaN as long as the speed is not known.

        Args:
            setup: the run.
        """
        speed = setup.images_per_second()
        if not speed:
            return nan
        updates = setup.max_iter - setup.current_iteration()
        return updates * setup.batch / speed + updates * self._seconds_per_update()

    def _seconds_per_update(self) -> float:
        """Return how much time tests take for each update."""
        tested = self._rounds[-1] - self._rounds[0] if self._rounds else 0
        return self._seconds / tested if tested else 0.0
