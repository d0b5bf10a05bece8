"""--keep, --keep-best: removes all but the newest snapshots of a run, and keeps the best."""

from __future__ import annotations

import re
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING

from owltf.plugin.events import Ending, Scores, Setup
from owltf.registry.markers import hookimpl
from owltf.snapshot.remove import remove_snapshot
from owltf.train.best import is_better, lower_is_better
from owltf.train.watch.json_lines import history_path, tests_before
from owltf.train.watch.tested_output import check_tested, mean_in
from owltf.train.watch.watcher import RunWatcher

if TYPE_CHECKING:
    import click


class Keep(RunWatcher):
    """Keeps the newest snapshots, the best one, and no others of the run.

    A snapshot is judged by the test of its iteration, else by the last test before it. A run that
    is resumed takes over the snapshots that it had written; those of other runs are left alone.

    Args:
        newest: how many of the newest to keep.
        output: the test output by which the best is known, or None.
    """

    def __init__(self, newest: int, output: str | None) -> None:
        self._newest, self._output = newest, output
        self._there: dict[int, Path] = {}
        self._values: dict[int, float] = {}
        self._last, self._lower = nan, False

    @classmethod
    def run_options(cls) -> list[click.Option]:
        """Return `--keep` and `--keep-best`."""
        import click

        return [
            click.Option(
                ["--keep"],
                type=click.IntRange(min=1),
                metavar="N",
                help="Keep the newest N snapshots of the run and remove older ones.",
            ),
            click.Option(
                ["--keep-best"],
                metavar="OUTPUT",
                help="Keep the snapshot with the best value of a test output, and the newest one, "
                "or N with --keep.",
            ),
        ]

    @classmethod
    def of(cls, setup: Setup) -> Keep | None:
        """Return one if either option is given."""
        newest, output = setup.options.get("keep"), setup.options.get("keep_best")
        return cls(newest or 1, output) if newest or output else None

    @hookimpl
    def owltf_run_started(self, setup: Setup) -> None:
        """Check that the tests have the output, and take over what the run wrote before."""
        if self._output:
            check_tested(setup, self._output, "--keep-best")
        if setup.iteration:
            self._there = written_before(setup.prefix, setup.iteration)
            tests = tests_before(history_path(setup.prefix), self._output or "")
            self._values = {each: tests[each] for each in self._there if each in tests}

    @hookimpl(trylast=True)
    def owltf_snapshot(self, iteration: int, solverstate: Path) -> None:
        """Keep a snapshot, and remove what is neither new nor the best."""
        if self._output is not None:
            # The test of this iteration, by which it may be the best, comes after it.
            self._remove()
        self._there[iteration] = solverstate
        self._values[iteration] = self._last
        if self._output is None:
            self._remove()

    @hookimpl(trylast=True)
    def owltf_tested(self, scores: Scores) -> None:
        """Judge the snapshot of this iteration."""
        value = None if self._output is None else mean_in(scores, self._output)
        if value is None:
            return
        self._last, self._lower = value, lower_is_better(str(self._output), scores.loss_weights)
        if scores.iteration in self._there:
            self._values[scores.iteration] = value
            self._remove()

    @hookimpl(trylast=True)
    def owltf_run_ended(self, ending: Ending) -> None:
        """Remove what the last test left over."""
        if ending.reason != "failed":
            self._remove()

    def _remove(self) -> None:
        kept = {*sorted(self._there)[-self._newest :], *self._best()}
        for iteration in sorted(self._there.keys() - kept):
            remove_snapshot(self._there.pop(iteration))

    def _best(self) -> list[int]:
        best: list[int] = []
        for iteration in sorted(self._there) if self._output else ():
            value = self._values.get(iteration, nan)
            if is_better(value, self._values[best[0]] if best else nan, lower=self._lower):
                best = [iteration]
        return best


def written_before(prefix: Path, iteration: int) -> dict[int, Path]:
    """Return the solverstates of a prefix up to an iteration, by theirs."""
    named = re.compile(re.escape(prefix.name) + r"_iter_(\d+)\.solverstate(\.h5)?")
    found = {
        int(match[1]): path
        for path in prefix.parent.iterdir()
        if (match := named.fullmatch(path.name))
    }
    return {each: path for each, path in found.items() if each <= iteration}
