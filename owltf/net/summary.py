"""What `print(net)` shows: its layers as a table of at most a screen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from owltf.net.net import Net

Row = tuple[str, str, str, str]

# With the lines around the table, no more than the 24 lines of a terminal.
_FIRST, _LAST = 10, 9
_WIDEST = 24


def summary(net: Net) -> str:
    """Return a net's layers, the shapes they make and their parameters, as lines.

    Args:
        net: the net; of a long one the first and the last layers are shown.
    """
    rows = [("layer", "type", "makes", "parameters"), *_shortened(list(_rows(net)))]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*map(str.ljust, row, widths), row[-1]]).rstrip() for row in rows if any(row)
    ]
    total = sum(math.prod(param.shape) for param in net.params)
    head = f"net {_short(net.name)}, {net.phase}: {len(net.graph.layers)} layers, {total:,} values"
    return "\n".join([head, *lines])


def _rows(net: Net) -> Iterator[Row]:
    for layer in net.graph.layers:
        tops = ", ".join("x".join(map(str, top.shape)) or "1" for top in net.layer_tops[layer.name])
        params = net.layer_params.get(layer.name, ())
        count = sum(math.prod(param.shape) for param in params)
        yield _short(layer.name), _short(layer.type), _short(tops), f"{count:,}" if params else ""


def _shortened(rows: Sequence[Row]) -> list[Row]:
    more = len(rows) - _FIRST - _LAST
    if more <= 1:
        return list(rows)
    return [*rows[:_FIRST], (f"... {more} more ...", "", "", ""), *rows[-_LAST:]]


def _short(text: str) -> str:
    """Return text for a cell of the table, its control characters escaped."""
    plain = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return plain if len(plain) <= _WIDEST else f"{plain[: _WIDEST - 3]}..."
