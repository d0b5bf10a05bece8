"""A run in a terminal: a header, a line that lives, a table for each test."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from owltf.train.report.report import Display, Report, Scores, Setup


class TerminalReport(Report):
    """Shows a run with rich.

    Args:
        console: the terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._line = _Line()
        self._live = Live(
            get_renderable=self._line.render,
            console=console,
            refresh_per_second=4,
            transient=True,
        )

    def started(self, setup: Setup) -> None:
        """Show the header."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", justify="right")
        grid.add_column(overflow="fold")
        for name, value in _facts(setup):
            grid.add_row(name, value)
        title = f"[bold]{setup.net or 'net'}[/bold]"
        self._console.print(Panel(grid, title=title, title_align="left", expand=False))
        self._line.begin(setup)

    def watch(self, iteration: Callable[[], int]) -> None:
        """Start the line."""
        self._line.watch(iteration)
        self._live.start()

    def displayed(self, display: Display) -> None:
        """Put loss and rate into the line."""
        self._line.loss, self._line.rate = display.loss, display.rate

    def last_loss(self, iteration: int, loss: float) -> None:
        """Show the loss after the last update."""
        self._line.loss = loss

    def testing(self, iteration: int, index: int) -> None:
        """Say in the line that a test runs."""
        self._line.activity = f"testing net #{index}"

    def tested(self, tested: Scores) -> None:
        """Show the test's means as a table."""
        self._line.resume()
        # A title of its own line: the table's would be folded to the table's width.
        title = f"Test net #{tested.index} at iteration {tested.iteration:,}"
        self._console.print(Text(title, style="bold"))
        table = Table()
        table.add_column("output")
        table.add_column("mean", justify="right")
        if tested.loss is not None:
            table.add_row("loss over all tops", f"{tested.loss:.6g}")
        for output in tested.outputs:
            for index, value in enumerate(output.values):
                name = output.name if len(output.values) == 1 else f"{output.name}[{index}]"
                table.add_row(name, f"{value:.6g}")
        self._console.print(table)

    def snapshot(self, caffemodel: Path, solverstate: Path) -> None:
        """Show the two files."""
        self._line.resume()
        text = Text.assemble("Snapshot ", (str(caffemodel), "cyan"), " and .solverstate")
        self._console.print(text)

    def finished(self) -> None:
        """Say that all iterations are done."""
        self._console.print(Text("Optimization done.", style="green"))

    def stopped(self, message: str) -> None:
        """Say how to resume."""
        # The command is one line, to be copied.
        self._console.print(Text(message, style="yellow"), soft_wrap=True)

    def close(self) -> None:
        """End the line."""
        self._live.stop()


def _facts(setup: Setup) -> list[tuple[str, str]]:
    facts = [
        ("solver", setup.solver),
        ("devices", ", ".join(setup.devices)),
        ("parameters", f"{setup.params:,}"),
        *setup.sources.items(),
        ("iterations", f"{setup.iteration:,} to {setup.max_iter:,}, {setup.batch} images each"),
        ("seed", str(setup.seed)),
    ]
    facts += [(f"weights {file}", told.summary()) for file, told in setup.loaded.items()]
    return facts + [("note", note) for note in setup.notes]


class _Line:
    """The line that lives: iteration, loss, rate, images a second, time left."""

    def __init__(self) -> None:
        self.loss: float | None = None
        self.rate: float | None = None
        self.activity = ""
        self._iteration: Callable[[], int] = lambda: 0
        self._first = self._max = self._batch = 0
        self._training = 0.0
        self._since = time.monotonic()
        self._seen = 0

    def begin(self, setup: Setup) -> None:
        self._first, self._max, self._batch = setup.iteration, setup.max_iter, setup.batch

    def watch(self, iteration: Callable[[], int]) -> None:
        self._iteration = iteration
        self._since = time.monotonic()
        self._seen = iteration()

    def resume(self) -> None:
        """Forget the time of a test or a snapshot, so that images/s is that of training."""
        self.activity = ""
        self._since, self._first = time.monotonic(), self._iteration()

    def render(self) -> Table:
        iteration = self._iteration()
        grid = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=max(self._max, 1), completed=iteration, width=24)
        grid.add_row(bar, f"[bold]{iteration:,}[/bold] of {self._max:,}", *self._numbers(iteration))
        return grid

    def _numbers(self, iteration: int) -> list[str]:
        numbers = [] if self.loss is None else [f"loss {self.loss:.4g}"]
        numbers += [] if self.rate is None else [f"rate {self.rate:.3g}"]
        return [*numbers, self.activity] if self.activity else numbers + self._speed(iteration)

    def _speed(self, iteration: int) -> list[str]:
        passed = time.monotonic() - self._since
        done = iteration - self._first
        if done <= 0 or passed <= 0:
            return ["starting"]
        left = (self._max - iteration) * passed / done
        return [f"{done * self._batch / passed:,.0f} images/s", f"{_duration(left)} left"]


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
