"""--log-csv: the two tables that Caffe's parse_log.py makes of a log."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from owltf.files.growing_file import GrowingFile
from owltf.plugin.events import Display, Scores, Setup
from owltf.registry.markers import hookimpl
from owltf.train.watch.watcher import RunWatcher, file_option

if TYPE_CHECKING:
    import click

_FIRST = ("NumIters", "Seconds", "LearningRate")


class LogCsv(RunWatcher):
    """Writes FILE.train, a row for each display, and FILE.test, a row for each test.

    A run that is resumed adds its rows to those of the tables that are there.

    Args:
        path: FILE.
    """

    def __init__(self, path: Path) -> None:
        self._train = _Table(Path(f"{path}.train"))
        self._test = _Table(Path(f"{path}.test"))
        self._since = time.monotonic()
        # The outputs of several test nets stand in one row.
        self._tested: dict[str, float] = {}

    @classmethod
    def run_options(cls) -> list[click.Option]:
        """Return `--log-csv`."""
        text = "Write the tables FILE.train and FILE.test, as Caffe's parse_log.py does."
        return [file_option("--log-csv", text)]

    @classmethod
    def of(cls, setup: Setup) -> LogCsv | None:
        """Return one if a file is given."""
        given = setup.options.get("log_csv")
        return cls(Path(given)) if given else None

    @hookimpl
    def owltf_run_started(self, setup: Setup) -> None:
        """Open the files, and start to count the seconds."""
        for table in (self._train, self._test):
            table.open(anew=not setup.iteration)
        self._since = time.monotonic()

    @hookimpl
    def owltf_displayed(self, display: Display) -> None:
        """Write the TRAIN net's outputs."""
        if display.rate is not None:
            outputs = dict(_values(display.outputs))
            self._train.add(self._row(display.iteration, display.rate, outputs))

    @hookimpl
    def owltf_testing(self, iteration: int, net_index: int, setup: Setup) -> None:
        """Write the row of the test before."""
        if net_index == 0:
            self._end_test()

    @hookimpl
    def owltf_tested(self, scores: Scores, setup: Setup) -> None:
        """Keep the TEST net's outputs until all nets are tested."""
        rate = setup.rate(scores.iteration)
        values = dict(_values(scores.outputs))
        row = self._row(scores.iteration, rate, {})
        self._tested = {**row, **self._tested, **values}

    @hookimpl
    def owltf_run_ended(self) -> None:
        """Write the last row."""
        self._end_test()
        self._train.close()
        self._test.close()

    def _end_test(self) -> None:
        if self._tested:
            self._test.add(self._tested)
        self._tested = {}

    def _row(self, iteration: int, rate: float, outputs: Mapping[str, float]) -> dict[str, float]:
        passed = round(time.monotonic() - self._since, 6)
        return {**dict(zip(_FIRST, (float(iteration), passed, rate), strict=True)), **outputs}


class _Table:
    """A file of comma-separated values, whose first row names the columns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = GrowingFile(path)
        self._columns: list[str] = []

    def add(self, row: Mapping[str, Any]) -> None:
        if not self._columns:
            self._columns = list(row)
            self._write(self._columns)
        self._write([row.get(name, "") for name in self._columns])

    def open(self, *, anew: bool) -> None:
        self._columns = [] if anew else _columns_of(self._path)
        self._file = GrowingFile(self._path, anew=not self._columns)
        self._file.open()

    def close(self) -> None:
        self._file.close()

    def _write(self, values: list[Any]) -> None:
        line = io.StringIO()
        csv.writer(line).writerow(values)
        self._file.write(line.getvalue())


def _columns_of(path: Path) -> list[str]:
    """Return the columns of a table that is there; none if it is not one."""
    with suppress(OSError, ValueError, csv.Error), path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file), [])
        return columns if columns[:1] == [_FIRST[0]] else []
    return []


def _values(outputs: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield each output's last value, which is what parse_log.py takes where there are several."""
    for name, array in outputs.items():
        if array.size:
            yield name, float(f"{array.ravel()[-1]:g}")
