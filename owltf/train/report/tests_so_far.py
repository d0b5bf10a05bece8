"""The tests of a run so far: each output's values, the best of them, and the last change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import nan

from owltf.plugin.events import Scores
from owltf.train.best import is_better, lower_is_better


@dataclass
class Column:
    """The values of one output of a test net.

    Attributes:
        name: the output, with an index where it has several values.
        lower: whether it gets better as it falls.
        values: its mean in each test.
    """

    name: str
    lower: bool
    values: dict[int, float] = field(default_factory=dict)

    @property
    def best(self) -> int:
        """The iteration of the best test; of equal ones the first."""
        best = next(iter(self.values))
        for iteration, value in self.values.items():
            if is_better(value, self.values[best], lower=self.lower):
                best = iteration
        return best

    def change(self, iteration: int) -> float:
        """Return by how much the value differs from that of the test before; NaN for the first."""
        before = [value for each, value in self.values.items() if each < iteration]
        return self.values[iteration] - before[-1] if before else nan


class TestHistory:
    """Keeps the tests of a run."""

    # Tells pytest that this is not one of its tests.
    __test__ = False

    def __init__(self) -> None:
        self._columns: dict[tuple[int, str], Column] = {}

    def add(self, scores: Scores) -> list[Column]:
        """Keep a test, and return its columns."""
        for name, value in means(scores):
            lower = name == TOTAL or lower_is_better(name.partition("[")[0], scores.loss_weights)
            key = scores.net_index, name
            column = self._columns.setdefault(key, Column(name, lower))
            column.values[scores.iteration] = value
        return self.of_net(scores.net_index)

    def of_net(self, index: int) -> list[Column]:
        """Return the columns of one test net."""
        return [each for (net, _), each in self._columns.items() if net == index]

    def leading(self) -> Column | None:
        """Return what the first net is judged by."""
        return next(iter(self.ranked()), None)

    def ranked(self) -> list[Column]:
        """Return the first net's columns, what it is judged by first.

        That are outputs that are no losses, and of a net with several classifiers, as GoogLeNet's
        `loss3/top-1`, those of the last one.
        """
        columns = self.of_net(min((net for net, _ in self._columns), default=0))
        named = [each.name.rpartition("/")[0] for each in columns if not each.lower]
        last = named[-1] if named else ""
        return sorted(columns, key=lambda c: (c.name.rpartition("/")[0] != last, c.lower))


TOTAL = "total loss"


def means(scores: Scores) -> Iterator[tuple[str, float]]:
    """Yield a name and a mean for each value of a test's outputs."""
    if scores.loss is not None:
        yield TOTAL, scores.loss
    for name, array in scores.outputs.items():
        for index, value in enumerate(array.ravel().tolist()):
            yield (name if array.size == 1 else f"{name}[{index}]"), value
