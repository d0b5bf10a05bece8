"""TestsTable: one table of a run's tests, a row for each, in the columns that a terminal has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from owltf.plugin.events import Scores
from owltf.printable import printable
from owltf.train.report.number import WIDTH, change, number
from owltf.train.report.tests_so_far import Column, TestHistory

_GAP = 2
_CHANGE = 1 + WIDTH
BEST = "*"


@dataclass(frozen=True)
class _Shown:
    """An output that has a column, and whether its changes have one."""

    name: str
    with_change: bool

    @property
    def title(self) -> str:
        return printable(self.name)

    @property
    def value_width(self) -> int:
        return max(cell_len(self.title), WIDTH)

    @property
    def width(self) -> int:
        return _GAP + self.value_width + len(BEST) + (_CHANGE if self.with_change else 0)


class TestsTable:
    """Lays out the columns at the first test; from then on rows are added below each other.

    Args:
        history: the tests so far.
        width: of the terminal, in characters.
        max_iter: where the run ends.
    """

    # Tells pytest that this is not one of its tests.
    __test__ = False

    def __init__(self, history: TestHistory, width: int, max_iter: int) -> None:
        self._history, self._width = history, width
        self._first = max(len("iteration"), len(f"#0 {max_iter:,}"))
        self._columns: list[_Shown] = []

    def add(self, scores: Scores) -> list[Text]:
        """Take a test into the history, and return the head of the table if it is the first.

        Args:
            scores: the test.
        """
        columns = self._history.add(scores)
        if self._columns:
            return []
        ranked = self._history.ranked()
        self._columns = self._fitting([each.name for each in ranked], [c.name for c in columns])
        return self._head([each.name for each in ranked])

    def _fitting(self, ranked: Sequence[str], order: Sequence[str]) -> list[_Shown]:
        """Return the columns that fit, in the net's order: without changes rather than none."""
        for names in (ranked[:count] for count in range(len(ranked), 0, -1)):
            for changes in range(len(names), -1, -1):
                kept = {name: index < changes for index, name in enumerate(names)}
                shown = [_Shown(name, kept[name]) for name in order if name in kept]
                if self._first + sum(each.width for each in shown) <= self._width:
                    return shown
        return [_Shown(ranked[0], with_change=False)]

    def _head(self, names: Sequence[str]) -> list[Text]:
        shown = {each.name for each in self._columns}
        out = [printable(name) for name in names if name not in shown]
        head = Text("iteration".rjust(self._first), style="bold", no_wrap=True)
        for each in self._columns:
            head.append(" " * _GAP + _right(each.title, each.value_width) + " " * len(BEST))
            head.append("change".rjust(_CHANGE) if each.with_change else "")
        return [*self._left_out(out), head]

    def _left_out(self, names: Sequence[str]) -> Iterator[Text]:
        """Yield a line on the outputs that have no column."""
        if names:
            more = f", and {len(names) - 3} more" if len(names) > 3 else ""
            said = f"No room for {', '.join(names[:3])}{more}: a wider terminal shows them"
            yield Text(said, style="dim")

    def row(self, iteration: int, net_index: int) -> Text:
        """Return the row of a test.

        Args:
            iteration: updates made before it.
            net_index: which test net it is of; rows of others than the first have its number.
        """
        named = f"#{net_index} {iteration:,}" if net_index else f"{iteration:,}"
        row = Text(named.rjust(self._first), no_wrap=True)
        columns = {each.name: each for each in self._history.of_net(net_index)}
        for each in self._columns:
            row.append_text(_cells(each, columns.get(each.name), iteration))
        return row


def _cells(shown: _Shown, column: Column | None, iteration: int) -> Text:
    """Return a value, its mark if it is the best, and its change."""
    if column is None or iteration not in column.values:
        return Text(" " * shown.width)
    is_best = column.best == iteration
    value = _right(number(column.values[iteration]), shown.value_width)
    text = Text(" " * _GAP)
    text.append(f"{value}{BEST if is_best else ' '}", "bold green" if is_best else "")
    if shown.with_change:
        text.append(change(column.change(iteration)).rjust(_CHANGE), "dim")
    return text


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text
