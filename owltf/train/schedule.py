"""Decides when a run tests, displays and snapshots, by Caffe's rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Schedule:
    """When a solver tests, displays and snapshots; an interval of 0 means never.

    Attributes:
        max_iter: the number of updates in all.
        display: iterations between two that are displayed.
        test_interval: iterations between two tests.
        test_initialization: whether to test before the first update.
        snapshot: iterations between two snapshots.
        snapshot_after_train: whether to snapshot at the end, too.
    """

    max_iter: int
    display: int
    test_interval: int
    test_initialization: bool
    snapshot: int
    snapshot_after_train: bool

    @classmethod
    def of(cls, parameter: Any) -> Schedule:
        """Return the schedule of a `SolverParameter`."""
        return cls(**{name: getattr(parameter, name) for name in cls.__dataclass_fields__})

    def tests(self, iteration: int) -> bool:
        """Return whether to test before this iteration."""
        return _due(self.test_interval, iteration) and (iteration > 0 or self.test_initialization)

    def displays(self, iteration: int) -> bool:
        """Return whether to display this iteration's loss."""
        return _due(self.display, iteration)

    def snapshots(self, iteration: int) -> bool:
        """Return whether to snapshot after this number of updates."""
        return _due(self.snapshot, iteration)

    def snapshots_at_end(self, iteration: int) -> bool:
        """Return whether the end of the run needs a snapshot of its own."""
        return self.snapshot_after_train and not self.snapshots(iteration)

    def until_event(self, iteration: int, watched: Iterable[int] = ()) -> int:
        """Return how many iterations can be computed before the next test, display or snapshot.

        Args:
            iteration: updates made so far.
            watched: for each plugin that watches iterations, after how many it wants to be called.
        """
        left = self.max_iter - iteration
        if self.display:
            # The iteration that is displayed ends the call, so its own loss is at hand.
            left = min(left, -iteration % self.display + 1)
        for interval in (self.test_interval, self.snapshot, *watched):
            if interval:
                left = min(left, interval - iteration % interval)
        return left


def _due(interval: int, iteration: int) -> bool:
    return bool(interval) and iteration % interval == 0
