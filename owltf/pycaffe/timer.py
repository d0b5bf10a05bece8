"""Timer: measures how long something takes."""

from __future__ import annotations

import time


class Timer:
    """Measures the time between `start` and `stop`, on the clock of the CPU."""

    def __init__(self) -> None:
        self._started: float | None = None
        self._seconds = 0.0

    def start(self) -> None:
        """Start the clock, unless it runs."""
        if self._started is None:
            self._started = time.perf_counter()

    def stop(self) -> None:
        """Stop the clock, if it runs."""
        if self._started is not None:
            self._seconds, self._started = time.perf_counter() - self._started, None

    @property
    def ms(self) -> float:
        """The milliseconds between the last `start` and `stop`; a running clock is stopped."""
        self.stop()
        return 1000 * self._seconds
