"""Draws a net by matplotlib, on machines without Graphviz."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from owltf.api import printable
from owltf_pictures.colours import colour
from owltf_pictures.layout import Layout, lay_out
from owltf_pictures.net_layers import Drawing

# In inches.
_LETTER, _LINE, _PAD, _GAP, _ROW_GAP, _MARGIN = 0.075, 0.145, 0.12, 0.25, 0.3, 0.25
_DPI, _SIZE, _TITLE = 100, 8, 0.4
_MOST_PIXELS = 30_000
_GRAY = "#808080"


def write_net_picture(path: Path, drawing: Drawing) -> None:
    """Write a picture of a net: .svg, .png or .pdf."""
    texts = [[printable(line) for line in box.lines()] for box in drawing.boxes]
    widths = [max(map(len, text)) * _LETTER + 2 * _PAD for text in texts]
    layout = lay_out(widths, drawing.arrows, _GAP)
    rows = _row_places(texts, layout)
    width = max(centre + own / 2 for centre, own in zip(layout.centres, widths, strict=True))
    size = (width + 2 * _MARGIN, rows.tops[-1] + rows.heights[-1] + _TITLE + 2 * _MARGIN)
    figure = Figure(figsize=size)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-_MARGIN, size[0] - _MARGIN)
    axes.set_ylim(size[1] - _MARGIN - _TITLE, -_MARGIN - _TITLE)
    axes.axis("off")
    axes.text(0, -_TITLE / 2, f"{printable(drawing.name)}  {drawing.summary()}", size=_SIZE + 2)
    _draw_arrows(axes, layout, rows, texts)
    for number, text in enumerate(texts):
        place = (layout.centres[number], rows.middle(layout.rows[number]))
        _draw_box(axes, place, widths[number], text, colour(drawing.boxes[number].type))
    dpi = min(_DPI, _MOST_PIXELS / max(size))
    with rc_context({"svg.fonttype": "none"}):
        figure.savefig(path, format=path.suffix[1:], dpi=dpi)


def _height(text: list[str]) -> float:
    return len(text) * _LINE + 2 * _PAD


class _Rows(NamedTuple):
    """The top and the height of each row."""

    tops: list[float]
    heights: list[float]

    def middle(self, row: int) -> float:
        return self.tops[row] + self.heights[row] / 2


def _row_places(texts: list[list[str]], layout: Layout) -> _Rows:
    heights = [0.0] * (max(layout.rows) + 1)
    for text, row in zip(texts, layout.rows, strict=True):
        heights[row] = max(heights[row], _height(text))
    tops = [0.0]
    for height in heights[:-1]:
        tops.append(tops[-1] + height + _ROW_GAP)
    return _Rows(tops, heights)


def _draw_box(
    axes: Any, place: tuple[float, float], width: float, text: list[str], fill: str
) -> None:
    (x, y), height = place, _height(text)
    corner = (x - width / 2, y - height / 2)
    style = "round,pad=0,rounding_size=0.06"
    axes.add_patch(
        FancyBboxPatch(
            corner, width, height, boxstyle=style, facecolor=fill, edgecolor="#606060", zorder=2
        )
    )
    for number, line in enumerate(text):
        line_y = y + (number - (len(text) - 1) / 2) * _LINE
        weight = "bold" if number == 0 else "normal"
        axes.text(x, line_y, line, size=_SIZE, weight=weight, ha="center", va="center", zorder=3)


def _draw_arrows(axes: Any, layout: Layout, rows: _Rows, texts: list[list[str]]) -> None:
    arrow = {"arrowstyle": "-|>", "color": _GRAY, "lw": 1, "shrinkA": 0, "shrinkB": 0}
    for (start, end), path in layout.paths.items():
        (x, first), *bends, (to_x, last) = path
        points = [(x, rows.middle(first) + _height(texts[start]) / 2)]
        for across, row in bends:
            # Between the boxes of a row a line goes straight down.
            points += (across, rows.tops[row]), (across, rows.tops[row] + rows.heights[row])
        points.append((to_x, rows.middle(last) - _height(texts[end]) / 2))
        axes.plot(*zip(*points[:-1], strict=True), color=_GRAY, lw=1, zorder=1)
        axes.annotate("", points[-1], points[-2], arrowprops=arrow, zorder=1)
