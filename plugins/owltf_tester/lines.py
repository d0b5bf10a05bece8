"""Reports a test in lines like those of `caffe test`, for files and for programs that read logs."""

from __future__ import annotations

from collections.abc import Callable

from owltf_tester.measure import Measured
from owltf_tester.report import ScoreReport, class_rows, shown, weighted
from owltf_tester.tally import Result
from owltf_tester.testing import Testing


class ScoreLines(ScoreReport):
    """Writes lines like those of `caffe test`.

    Args:
        write: writes a line; prints it unless given.
    """

    def __init__(self, write: Callable[[str], object] = print) -> None:
        self._write = write
        self._number = 0

    def note(self, note: str) -> None:
        """Print a sentence."""
        self._write(note)

    def started(self, testing: Testing) -> None:
        """Print the net, its data, and how many batches there are."""
        self._number = 0
        self._write(f"Testing {testing.title}")
        for note in testing.notes:
            self._write(note)
        self._write(f"Running for {testing.batches} iterations.")

    def measured(self, batch: Measured, right: int | None) -> None:
        """Print each output of a batch."""
        for name, value in shown(batch.outputs):
            self._write(f"Batch {self._number}, {name} = {value:g}")
        if not batch.outputs and batch.labels is not None:
            self._write(f"Batch {self._number}, {right} of {len(batch.labels)} right")
        self._number += 1

    def finished(self, testing: Testing, result: Result) -> None:
        """Print each output's mean, and how often the best classes were right."""
        if result.loss is not None:
            self._write(f"Loss: {result.loss:g}")
        for name, value in shown(result.outputs):
            self._write(f"{name} = {value:g}{weighted(testing, name, value)}")
        for k, top in result.top.items():
            self._write(f"top-{k} = {top.accuracy:g} ({top.right} of {top.total})")
        for name, accuracy, total in class_rows(testing, result):
            self._write(f"class {name} = {accuracy} (of {total})")
