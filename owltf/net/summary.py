"""What `print(net)` shows: its layers as a table of at most a screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[str, str, str, str]

# With the lines around the table, no more than the 24 lines of a terminal.
_FIRST, _LAST = 10, 9
_WIDEST = 24


@dataclass(frozen=True)
class LayerSummary:
    """A layer as the table shows it.

    Attributes:
        name: its name.
        type: its type.
        tops: the shapes that it makes.
        params: the shapes of its parameters.
    """

    name: str
    type: str
    tops: Sequence[Sequence[int]]
    params: Sequence[Sequence[int]]


def summary(head: str, layers: Sequence[LayerSummary]) -> str:
    """Return layers, the shapes they make and their parameters, as lines.

    Args:
        head: the first line.
        layers: the layers; of many the first and the last are shown.
    """
    rows = [("layer", "type", "makes", "parameters"), *_shortened([_row(each) for each in layers])]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*map(str.ljust, row, widths), row[-1]]).rstrip() for row in rows if any(row)
    ]
    return "\n".join([head, *lines])


def _row(layer: LayerSummary) -> Row:
    tops = ", ".join("x".join(map(str, shape)) or "1" for shape in layer.tops)
    count = f"{sum(map(math.prod, layer.params)):,}" if layer.params else ""
    return short(layer.name), short(layer.type), short(tops), count


def _shortened(rows: Sequence[Row]) -> list[Row]:
    more = len(rows) - _FIRST - _LAST
    if more <= 1:
        return list(rows)
    return [*rows[:_FIRST], (f"... {more} more ...", "", "", ""), *rows[-_LAST:]]


def short(text: str) -> str:
    """Return text for a cell of the table, its control characters escaped."""
    plain = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return plain if len(plain) <= _WIDEST else f"{plain[: _WIDEST - 3]}..."
