"""Shows a test in a terminal: a progress bar, and a table for each net."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from owltf.api import printable
from owltf_tester.measure import Measured
from owltf_tester.report import ScoreReport, class_rows, shown, weighted
from owltf_tester.tally import Result
from owltf_tester.testing import Testing

Row = tuple[str, str, str]


class ScoreTables(ScoreReport):
    """Shows a progress bar, and a table for each net.

    Args:
        console: a rich console.
    """

    def __init__(self, console: Any) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._console = console
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
        )
        self._progress = Progress(*columns, TextColumn("batches"), console=console, transient=True)
        self._task: Any = None

    def note(self, note: str) -> None:
        """Show a sentence."""
        self._console.print(printable(note), style="dim", markup=False, highlight=False)

    def started(self, testing: Testing) -> None:
        """Show the progress bar."""
        for note in testing.notes:
            self.note(note)
        self._task = self._progress.add_task(printable(_title(testing)), total=testing.batches)
        self._progress.start()

    def measured(self, batch: Measured, right: int | None) -> None:
        """Advance the progress bar."""
        self._progress.advance(self._task)

    def finished(self, testing: Testing, result: Result) -> None:
        """Show the figures as a table."""
        self._progress.remove_task(self._task)
        self._progress.stop()
        taken = f"{result.records:,} images in {result.batches:,} batches"
        headings = ("output", "mean", "")
        self._show(f"{_title(testing)}: {taken}", headings, list(_rows(testing, result)))
        rows = [(name, share, f"{total:,}") for name, share, total in class_rows(testing, result)]
        if rows:
            self._show("Accuracy by class", ("class", "accuracy", "of"), rows)

    def close(self) -> None:
        """Remove the progress bar."""
        self._progress.stop()

    def _show(self, title: str, headings: Row, rows: Sequence[Row]) -> None:
        from rich.table import Table
        from rich.text import Text

        table = Table()
        table.add_column(headings[0], overflow="fold")
        table.add_column(headings[1], justify="right")
        table.add_column(headings[2], justify="right", style="dim")
        for name, *others in rows:
            # Text keeps brackets in a name from being taken for markup.
            table.add_row(Text(printable(name)), *others)
        # A table's own title would be broken at the table's width.
        self._console.print(Text(printable(title), "bold"), table)


def _title(testing: Testing) -> str:
    views = f", views {testing.views}" if testing.views else ""
    return f"{testing.title}{views}"


def _rows(testing: Testing, result: Result) -> Iterator[Row]:
    if result.loss is not None:
        yield "loss over all tops", f"{result.loss:.6g}", ""
    for name, value in shown(result.outputs):
        yield name, f"{value:.6g}", weighted(testing, name, value).strip(" ()")
    for k, top in result.top.items():
        yield f"top-{k}", f"{top.accuracy:.6g}", f"{top.right:,} of {top.total:,}"
