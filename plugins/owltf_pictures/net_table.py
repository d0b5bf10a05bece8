"""Lists a net's layers as text."""

from __future__ import annotations

from collections.abc import Iterator

from owltf.api import printable
from owltf_pictures.net_layers import Box, Drawing, dims, short

_HEADINGS = ("layer", "type", "shape", "params", "mult-adds")


def table_lines(drawing: Drawing) -> Iterator[str]:
    """Yield a line for each box of a drawing, in columns, and one with the sums."""
    rows = [_HEADINGS, *map(_row, drawing.boxes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=False)]
        cells += [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
        yield "  ".join(cells).rstrip()
    yield f"{drawing.name or 'net'}: {drawing.summary()}"


def _row(box: Box) -> tuple[str, ...]:
    kind = " ".join(filter(None, (box.type, box.detail)))
    kind = " + ".join((kind, *box.in_place))
    shapes = ", ".join(map(dims, box.shapes))
    params = f"{box.params:,}" if box.params else ""
    sums = short(box.multiply_adds) if box.multiply_adds else ""
    return printable(box.name), printable(kind), shapes, params, sums
