"""Shows a run in a terminal: a header, a status line updated in place, a table for each test."""

from __future__ import annotations

from collections.abc import Iterator
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
from owltf.train.report.duration import duration
from owltf.train.report.summary import Summary


class TerminalReport:
    """Shows a run in a terminal by the library rich.

    Args:
        console: the terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._line = _Line()
        self._summary = Summary()
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
        self._summary.begin()
        self._live.start()

    @hookimpl(tryfirst=True)
    def owltf_testing(self, net_index: int) -> None:
        """Say in the status line that a test runs."""
        self._line.activity = f"testing net #{net_index}"

    @hookimpl(tryfirst=True)
    def owltf_tested(self, scores: Scores) -> None:
        """Show the test's means as a table."""
        self._line.resume()
        self._summary.tests.add(scores)
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
        self._line.show_loss(display.iteration, display.loss)
        if display.rate is not None:
            self._line.rate = display.rate

    @hookimpl(tryfirst=True)
    def owltf_snapshot(self, caffemodel: Path, solverstate: Path) -> None:
        """Show the two files."""
        self._summary.add_snapshot(solverstate)
        self._line.resume()
        text = Text.assemble("Snapshot ", _text(str(caffemodel), "cyan"), " and .solverstate")
        self._console.print(text)

    @hookimpl(tryfirst=True)
    def owltf_run_ended(self, ending: Ending, setup: Setup) -> None:
        """Say what the run came to, or how to resume, and end the status line."""
        for line in self._summary.lines(setup) if ending.reason != "failed" else ():
            self._console.print(_text(line))
        if ending.reason == "finished":
            said = f"Optimization stopped early: {ending.message}" if ending.message else ""
            self._console.print(_text(said or "Optimization done.", "green"))
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
        self.rate: float | None = None
        self.activity = ""
        self._shown: tuple[int, float] | None = None
        self._setup: Setup | None = None

    def begin(self, setup: Setup) -> None:
        self._setup = setup

    def resume(self) -> None:
        """Go on after a test or a snapshot."""
        self.activity = ""

    def show_loss(self, iteration: int, loss: float) -> None:
        """Keep a loss that is shown until a newer one is known."""
        self._shown = iteration, loss

    def render(self) -> Table:
        setup = self._setup
        grid = Table.grid(padding=(0, 2))
        if setup is None:
            return grid
        iteration = setup.current_iteration()
        bar = ProgressBar(total=max(setup.max_iter, 1), completed=iteration, width=12)
        cells = [f"[bold]{iteration:,}[/bold] of {setup.max_iter:,}", *self._numbers(setup)]
        for _ in (bar, *cells):
            grid.add_column(no_wrap=True, overflow="crop")
        grid.add_row(bar, *cells)
        return grid

    def _numbers(self, setup: Setup) -> list[str]:
        numbers = [*self._loss(setup)]
        numbers += [] if self.rate is None else [f"rate {self.rate:.3g}"]
        return [*numbers, self.activity] if self.activity else numbers + _speed(setup)

    def _loss(self, setup: Setup) -> Iterator[str]:
        """Yield the loss of the last iteration, or the one that was displayed since."""
        iteration, loss = setup.current_iteration(), setup.current_loss()
        if self._shown is not None and (loss != loss or self._shown[0] >= iteration):
            yield f"loss {self._shown[1]:.4g}"
        elif loss == loss:
            yield f"loss {loss:.4g}"


def _speed(setup: Setup) -> list[str]:
    """Return images per second, and the time left, compiling left out."""
    speed = setup.images_per_second()
    if not speed:
        return ["starting"]
    left = (setup.max_iter - setup.current_iteration()) * setup.batch / speed
    return [f"{speed:,.0f} images/s", f"{duration(left)} left"]
