"""Shows a run in a terminal: a header, one table of tests, and below it what is going on."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.segment import Segment, Segments
from rich.text import Text

from owltf.plugin.events import Display, Ending, Scores, Setup
from owltf.printable import printable
from owltf.registry.markers import hookimpl
from owltf.train.report.fold import fold
from owltf.train.report.header import header, plain_text
from owltf.train.report.live_line import LiveLine
from owltf.train.report.number import number
from owltf.train.report.summary import Summary
from owltf.train.report.tests_so_far import means
from owltf.train.report.tests_table import TestsTable
from owltf.train.report.time_left import TimeLeft

# So many rows of the table, if the terminal is as high, are drawn anew after each test, so that
# only the best one is marked; those before them stand.
_ROWS = 12
_OTHER_LINES = 8
# Of a display with more outputs than these lines hold the first are shown.
_DISPLAY_LINES = 3


class TerminalReport:
    """Shows a run in a terminal by the library rich; one that cannot go back gets lines alone.

    Args:
        console: the terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._goes_back = not console.is_dumb_terminal
        self._summary = Summary()
        self._line: LiveLine | None = None
        self._left = TimeLeft()
        self._rows: list[tuple[int, int]] = []
        # What stands above the line: the last rows of the table, the last snapshot and display.
        self._table: list[Segment] = []
        self._snapshot: list[Text] = []
        self._display: list[Text] = []
        self._live = Live(
            get_renderable=self._render,
            console=console,
            refresh_per_second=4,
            transient=True,
        )

    @contextmanager
    def starting(self, what: str) -> Iterator[None]:
        """Show what is done before the run begins, which can take a while."""
        if not self._goes_back:
            self._console.print(plain_text(what))
            yield
            return
        ascii_only = self._console.options.ascii_only
        with self._console.status(what, spinner="line" if ascii_only else "dots"):
            yield

    @hookimpl(tryfirst=True)
    def owltf_run_started(self, setup: Setup) -> None:
        """Show the header, and start the line."""
        self._console.print(header(setup))
        self._console.print()
        self._tests = TestsTable(self._summary.tests, self._console.width, setup.max_iter)
        self._line = LiveLine(setup, self._left, ascii_only=self._console.options.ascii_only)
        self._summary.begin()
        if self._goes_back:
            self._live.start()

    @hookimpl(tryfirst=True)
    def owltf_testing(self, iteration: int, net_index: int) -> None:
        """Say in the line that a test runs."""
        self._left.test_begins(iteration)
        self._say(f"testing net #{net_index}")

    @hookimpl(tryfirst=True)
    def owltf_tested(self, scores: Scores) -> None:
        """Add a row to the table."""
        self._left.test_ends()
        self._say("")
        self._print(self._tests.add(scores))
        self._rows.append((scores.iteration, scores.net_index))
        kept = min(_ROWS, max(self._console.height - _OTHER_LINES, 1)) if self._goes_back else 0
        self._print_rows(len(self._rows) - kept)
        self._table = self._segments([self._tests.row(*row) for row in self._rows])

    @hookimpl(tryfirst=True)
    def owltf_displayed(self, display: Display) -> None:
        """Show all outputs of the TRAIN net."""
        if display.rate is None:
            return
        if self._line:
            self._line.rate = display.rate
        width = self._console.width
        self._display = [plain_text(line) for line in _display_lines(display, width)]
        if not self._goes_back:
            self._print([*self._display, *(self._line.render(width) if self._line else ())])

    @hookimpl(tryfirst=True)
    def owltf_snapshot(self, solverstate: Path) -> None:
        """Show where the last snapshot is."""
        self._summary.add_snapshot(solverstate)
        self._say("")
        lines = fold([f"snapshot {printable(str(solverstate))}"], self._console.width)
        self._snapshot = [Text(line, "dim") for line in lines]
        if not self._goes_back:
            self._print(self._snapshot)

    @hookimpl(tryfirst=True)
    def owltf_run_ended(self, ending: Ending, setup: Setup) -> None:
        """Say what the run came to, or how to resume, and end the line."""
        self._live.stop()
        self._print_rows(len(self._rows))
        self._say("")
        if ending.reason == "failed":
            return
        lines = [""] * bool(self._summary.tests.leading()) + [*self._summary.lines(setup)]
        self._print([plain_text(line) for line in lines])
        if ending.reason == "finished":
            said = f"Optimization stopped early: {ending.message}" if ending.message else ""
            self._print([plain_text(said or "Optimization done.", "green")])
        else:
            # The command is one line, to be copied.
            self._console.print(plain_text(ending.message, "yellow"), soft_wrap=True)

    def _say(self, activity: str) -> None:
        if self._line:
            self._line.activity = activity

    def _print(self, lines: Sequence[Text]) -> None:
        for line in lines:
            self._console.print(line)

    def _print_rows(self, count: int) -> None:
        """Print rows of the table that are changed no more."""
        for _ in range(count):
            self._console.print(self._tests.row(*self._rows.pop(0)))

    def _render(self) -> Segments:
        """Return the live part of the screen; called a few times a second, so it must be quick."""
        if self._line is None:
            return Segments([])
        lines = [*self._snapshot, *self._display, *self._line.render(self._console.width)]
        return Segments([*self._table, *self._segments(lines)])

    def _segments(self, lines: Sequence[Text]) -> list[Segment]:
        return [segment for line in lines for segment in line.render(self._console, "\n")]


def _display_lines(display: Display, width: int) -> list[str]:
    """Return the outputs of an iteration; of more than a few lines hold the first of them."""
    values = means(Scores(display.iteration, 0, None, display.outputs))
    items = [f"{printable(name)} {number(value)}" for name, value in values]

    def lines(count: int) -> list[str]:
        rest = [f"and {len(items) - count} more"] if count < len(items) else []
        return fold([f"TRAIN at {display.iteration:,}:", *items[:count], *rest], width)

    most = min(len(items), _DISPLAY_LINES * width)
    if len(lines(most)) <= _DISPLAY_LINES:
        return lines(most)
    return lines(bisect(range(most), _DISPLAY_LINES, key=lambda count: len(lines(count))) - 1)
