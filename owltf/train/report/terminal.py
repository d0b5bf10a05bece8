"""Shows a run in a terminal: a header, a status line updated in place, a table for each test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from owltf.plugin.events import Display, Ending, Scores, Setup
from owltf.printable import printable
from owltf.registry.markers import hookimpl


class TerminalReport:
    """Shows a run in a terminal by the library rich.

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

    @contextmanager
    def starting(self, what: str) -> Iterator[None]:
        """Show what is done before the run begins, which can take a while."""
        with self._console.status(what):
            yield

    @hookimpl(tryfirst=True)
    def owltf_run_started(self, setup: Setup) -> None:
        """Show the header, and start the status line."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", justify="right")
        grid.add_column(overflow="fold")
        for name, value in _facts(setup):
            grid.add_row(_text(name), _text(value))
        title = _text(setup.net or "net", "bold")
        self._console.print(Panel(grid, title=title, title_align="left", expand=False))
        self._line.begin(setup)
        self._live.start()

    @hookimpl(tryfirst=True)
    def owltf_testing(self, net_index: int) -> None:
        """Say in the status line that a test runs."""
        self._line.activity = f"testing net #{net_index}"

    @hookimpl(tryfirst=True)
    def owltf_tested(self, scores: Scores) -> None:
        """Show the test's means as a table."""
        self._line.resume()
        # A title of its own line: the table's would be folded to the table's width.
        title = f"Test net #{scores.net_index} at iteration {scores.iteration:,}"
        self._console.print(Text(title, style="bold"))
        table = Table()
        table.add_column("output")
        table.add_column("mean", justify="right")
        for name, value in _means(scores):
            table.add_row(_text(name), f"{value:.6g}")
        self._console.print(table)

    @hookimpl(tryfirst=True)
    def owltf_displayed(self, display: Display) -> None:
        """Put loss and rate into the status line."""
        self._line.loss = display.loss
        if display.rate is not None:
            self._line.rate = display.rate

    @hookimpl(tryfirst=True)
    def owltf_snapshot(self, caffemodel: Path) -> None:
        """Show the two files."""
        self._line.resume()
        text = Text.assemble("Snapshot ", _text(str(caffemodel), "cyan"), " and .solverstate")
        self._console.print(text)

    @hookimpl(tryfirst=True)
    def owltf_run_ended(self, ending: Ending) -> None:
        """Say that all iterations are done, or how to resume, and end the status line."""
        if ending.reason == "finished":
            self._console.print(Text("Optimization done.", style="green"))
        elif ending.reason == "stopped":
            # The command is one line, to be copied.
            self._console.print(_text(ending.message, "yellow"), soft_wrap=True)
        self._live.stop()


def _text(text: str, style: str = "") -> Text:
    """Return text as it is: rich would take brackets in a str for its markup."""
    return Text(printable(text), style)


def _means(scores: Scores) -> Iterator[tuple[str, float]]:
    if scores.loss is not None:
        yield "loss over all tops", scores.loss
    for name, array in scores.outputs.items():
        for index, value in enumerate(array.ravel().tolist()):
            yield (name if array.size == 1 else f"{name}[{index}]"), value


def _facts(setup: Setup) -> list[tuple[str, str]]:
    facts = [
        ("solver", setup.solver),
        ("devices", ", ".join(setup.devices)),
        ("parameters", f"{setup.params:,}"),
        *setup.sources.items(),
        ("iterations", f"{setup.iteration:,} to {setup.max_iter:,}, {setup.batch} images each"),
        ("seed", str(setup.seed)),
    ]
    facts += [(f"weights {file}", loaded.summary()) for file, loaded in setup.loaded.items()]
    return facts + [("note", note) for note in setup.notes]


class _Line:
    """The status line: iteration, loss, rate, images per second, time left."""

    def __init__(self) -> None:
        self.loss: float | None = None
        self.rate: float | None = None
        self.activity = ""
        self._iteration: Callable[[], int] = lambda: 0
        self._first = self._max = self._batch = 0
        self._since = time.monotonic()

    def begin(self, setup: Setup) -> None:
        self._iteration = setup.current_iteration
        self._first, self._max, self._batch = setup.iteration, setup.max_iter, setup.batch
        self._since = time.monotonic()

    def resume(self) -> None:
        """Measure images per second anew, without the time that a test or a snapshot took."""
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
