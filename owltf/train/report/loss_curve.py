"""LossCurve: the loss of the last moments, smoothed, and a curve of the whole run in one line."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log, nan

# Of how many of the last samples the smoothed loss is about the mean.
_SAMPLES = 10
# How many points are kept; then each two become one.
_POINTS = 128
BLOCKS, ASCII = "▁▂▃▄▅▆▇█", "_.-'"


class LossCurve:
    """Takes samples of a loss while it falls.

    Attributes:
        iteration: the iteration of the last sample; -1 before the first.
        smoothed: the smoothed loss; NaN before the first sample.
    """

    def __init__(self) -> None:
        self.iteration, self.smoothed = -1, nan
        self._samples = 0
        self._points: list[float] = []
        # How many samples a point is the mean of, and those of the next point.
        self._stride = 1
        self._next: list[float] = []

    def add(self, iteration: int, loss: float) -> None:
        """Take a sample, unless there is one of this iteration.

        Args:
            iteration: the iteration.
            loss: its loss.
        """
        if iteration == self.iteration:
            return
        self.iteration = iteration
        if not isfinite(self.smoothed):
            self._samples, self.smoothed = 0, 0.0
        self._samples = min(self._samples + 1, _SAMPLES)
        self.smoothed += (loss - self.smoothed) / self._samples
        if isfinite(loss):
            self._add_point(self.smoothed)

    def _add_point(self, loss: float) -> None:
        self._next.append(loss)
        if len(self._next) < self._stride:
            return
        self._points.append(_mean(self._next))
        self._next = []
        if len(self._points) == _POINTS:
            self._points = [_mean(self._points[i : i + 2]) for i in range(0, _POINTS, 2)]
            self._stride *= 2

    def line(self, width: int, levels: str = BLOCKS) -> str:
        """Return the curve as a line of characters, the lowest loss the lowest one.

        The heights are logarithms, where all losses are positive: most of a loss is gone after the
        first moments.

        Args:
            width: how many characters at most.
            levels: the characters by height.
        """
        points = self._points
        count = min(width, len(points))
        if count < 1:
            return ""
        cuts = [round(i * len(points) / count) for i in range(count + 1)]
        heights = _heights([_mean(points[a:b]) for a, b in zip(cuts, cuts[1:], strict=False)])
        return "".join(levels[min(int(each * len(levels)), len(levels) - 1)] for each in heights)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _heights(values: Sequence[float]) -> list[float]:
    """Return values between 0, for the lowest, and 1."""
    if min(values) > 0:
        values = [log(value) for value in values]
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 0.0 for value in values]
