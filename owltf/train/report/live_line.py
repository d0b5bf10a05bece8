"""LiveLine: how far a run is, its loss and a curve of it, its speed, and the time left."""

from __future__ import annotations

from rich.text import Text

from owltf.plugin.events import Setup
from owltf.train.report.duration import duration
from owltf.train.report.loss_curve import ASCII, BLOCKS, LossCurve
from owltf.train.report.time_left import TimeLeft

# How wide the curve and the bar may be, and how wide they must be to stand in a single line.
_CURVE, _BAR, _LEAST = 40, 24, 12
_GAP = "  "
# From which share on the time spent waiting for data is told.
_WAITING = 0.05


class LiveLine:
    """A line that tells of the last moments of a run; two, where a terminal is narrow.

    Args:
        setup: the run.
        left: knows the time left.
        ascii_only: whether the terminal has no other characters.

    Attributes:
        activity: what is done in place of training; "" while it trains.
        rate: the learning rate that was last displayed.
    """

    def __init__(self, setup: Setup, left: TimeLeft, *, ascii_only: bool = False) -> None:
        self._setup, self._left = setup, left
        self._curve = LossCurve()
        self._levels, self._bars = (ASCII, "=-") if ascii_only else (BLOCKS, "━─")
        self.activity = ""
        self.rate: float | None = None

    def render(self, width: int) -> list[Text]:
        """Look at the run, and return what to show.

        Args:
            width: of the terminal, in characters.
        """
        done = self._setup.current_iteration()
        if done > self._setup.iteration:
            self._curve.add(done - 1, self._setup.current_loss())
        progress, speed, loss = self._progress(done), self._speed(), self._loss()
        room = width - _width(progress, *speed, *loss) - 2 * len(_GAP)
        if room >= 2 * _LEAST:
            bar = self._bar(done, _LEAST)
            return [_joined(bar, progress, *self._with_curve(loss, room - _LEAST), *speed)]
        first, below = [progress, *speed], list[Text]()
        while len(first) > 1 and _width(*first) > width:
            below.insert(0, first.pop())
        bar = self._bar(done, min(width - _width(*first) - len(_GAP), _BAR))
        rows = [[*below, *loss]] if _width(*below, *loss) < width else [below, loss]
        rows[-1] = self._with_curve(rows[-1], width - _width(*rows[-1]) - len(_GAP))
        lines = [_joined(bar, *first), *(_joined(*row) for row in rows)]
        return [line for line in lines if line]

    def _progress(self, done: int) -> Text:
        return Text.assemble((f"{done:,}", "bold"), f" of {self._setup.max_iter:,}")

    def _bar(self, done: int, width: int) -> Text:
        if width < _LEAST // 2:
            return Text()
        full = width * done // max(self._setup.max_iter, 1)
        return Text.assemble(
            (self._bars[0] * full, "green"), (self._bars[1] * (width - full), "dim")
        )

    def _loss(self) -> list[Text]:
        """Return the loss, and the rate where one was displayed."""
        if self._curve.iteration < 0:
            return []
        rate = [] if self.rate is None else [Text(f"rate {self.rate:.3g}")]
        return [Text.assemble("loss ", (f"{self._curve.smoothed:.4g}", "bold")), *rate]

    def _with_curve(self, parts: list[Text], room: int) -> list[Text]:
        """Return parts that end with the loss and the rate, with the curve behind the loss."""
        place = len(parts) - (self.rate is not None)
        curve = Text(self._curve.line(min(room, _CURVE), self._levels), "cyan")
        return [*parts[:place], curve, *parts[place:]]

    def _speed(self) -> list[Text]:
        """Return the speed, what it loses by waiting, and the time left; or what else is done."""
        if self.activity:
            return [Text(self.activity)]
        speed, waiting = self._setup.images_per_second(), self._setup.waiting()
        if not speed:
            return [Text("compiling")]
        said = [Text(f"{speed:,.0f} images/s")]
        if waiting > _WAITING:
            said.append(Text(f"{waiting:.0%} waiting for data", "yellow"))
        return [*said, Text(f"{duration(self._left.seconds(self._setup))} left")]


def _joined(*parts: Text) -> Text:
    line = Text(_GAP, no_wrap=True).join(part for part in parts if part)
    line.no_wrap = True
    return line


def _width(*parts: Text) -> int:
    return len(_joined(*parts))
