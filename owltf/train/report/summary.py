"""Summary: what a run says at its end of its time, its speed, its best test and its snapshots."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from owltf.plugin.events import Setup
from owltf.train.report.duration import duration
from owltf.train.report.tests_so_far import TestHistory


class Summary:
    """Keeps what the end of a run tells."""

    def __init__(self) -> None:
        self.tests = TestHistory()
        self._snapshots: list[Path] = []
        self._since = time.monotonic()

    def begin(self) -> None:
        """Start to measure the time."""
        self._since = time.monotonic()

    def add_snapshot(self, solverstate: Path) -> None:
        """Keep where a snapshot is."""
        self._snapshots.append(solverstate)

    def lines(self, setup: Setup) -> Iterator[str]:
        """Yield a line about time and speed, then about the best test and the snapshots."""
        speed = setup.images_per_second()
        said = f"; {speed:,.0f} images/s" if speed else ""
        yield f"Time: {duration(time.monotonic() - self._since)}{said}"
        leading = self.tests.leading()
        if leading:
            best = leading.best
            yield f"Best test: {leading.name} {leading.values[best]:.6g} at iteration {best:,}"
        there = [path for path in self._snapshots if path.exists()]
        if there:
            others = f" and {len(there) - 1} before it" if len(there) > 1 else ""
            yield f"Snapshots: {there[-1]}{others}"
