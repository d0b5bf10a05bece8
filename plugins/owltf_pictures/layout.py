"""Lays boxes out in rows, so that arrows go down and few of them cross.

Boxes stand in the row after the last that leads to them; rows are ordered by the mean place of what
leads to a box and of where it leads; then each box is moved as near to its neighbours as the others
of its row allow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

_SWEEPS = 12
_BEND_WIDTH = 0.3

Arrow = tuple[int, int]


@dataclass(frozen=True)
class Layout:
    """Where boxes and arrows are.

    Attributes:
        centres: each box's centre across.
        rows: each box's row, from 0.
        paths: for each arrow, the points of its line: across, and the row.
    """

    centres: Sequence[float]
    rows: Sequence[int]
    paths: Mapping[Arrow, Sequence[tuple[float, int]]]


def lay_out(widths: Sequence[float], arrows: Sequence[Arrow], gap: float) -> Layout:
    """Return the places of boxes.

    Args:
        widths: the boxes' widths.
        arrows: pairs of boxes; each leads to a later one.
        gap: the space between two boxes of a row.
    """
    rows = _rows(len(widths), arrows)
    all_rows, all_widths, chains = list(rows), list(widths), {}
    for start, end in arrows:
        # A long arrow bends around the boxes of the rows that it passes.
        bends = range(len(all_rows), len(all_rows) + max(rows[end] - rows[start] - 1, 0))
        all_rows += range(rows[start] + 1, rows[end])
        all_widths += [_BEND_WIDTH] * len(bends)
        chains[start, end] = [start, *bends, end]
    links = [pair for chain in chains.values() for pair in zip(chain, chain[1:], strict=False)]
    centres = _placed(all_rows, all_widths, links, gap)
    paths = {
        arrow: [(centres[node], all_rows[node]) for node in chain]
        for arrow, chain in chains.items()
    }
    return Layout(centres[: len(widths)], rows, paths)


def _rows(count: int, arrows: Sequence[Arrow]) -> list[int]:
    rows = [0] * count
    for start, end in sorted(arrows, key=lambda arrow: arrow[1]):
        rows[end] = max(rows[end], rows[start] + 1)
    # What nothing leads to stands just above what it leads to.
    led_to = {end for _, end in arrows}
    for box in range(count):
        below = [rows[end] for start, end in arrows if start == box]
        if box not in led_to and below:
            rows[box] = min(below) - 1
    return rows


def _placed(
    rows: Sequence[int], widths: Sequence[float], links: Sequence[Arrow], gap: float
) -> list[float]:
    above, below = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for start, end in links:
        above[end].append(start)
        below[start].append(end)
    members = [
        [box for box in range(len(rows)) if rows[box] == row] for row in range(max(rows) + 1)
    ]
    centres = [0.0] * len(rows)
    for row in members:
        _move(row, {box: float(place) for place, box in enumerate(row)}, centres, widths, gap)
    for sweep in range(2 * _SWEEPS):
        is_down = sweep % 2 == 0
        for row in members if is_down else reversed(members):
            wanted = {}
            for box in row:
                near = (above if is_down else below)[box] or (below if is_down else above)[box]
                wanted[box] = fmean(centres[each] for each in near) if near else centres[box]
            if sweep < _SWEEPS:
                row.sort(key=lambda box: wanted[box])
            _move(row, wanted, centres, widths, gap)
    left = min(centre - width / 2 for centre, width in zip(centres, widths, strict=True))
    return [centre - left for centre in centres]


def _move(
    row: Sequence[int],
    wanted: Mapping[int, float],
    centres: list[float],
    widths: Sequence[float],
    gap: float,
) -> None:
    """Move the boxes of a row as near to where they are wanted as their order and widths allow.

    With each box moved left by the widths before it, their places must not fall: the nearest such
    places are the means of groups that are joined until they rise.
    """
    offsets = [0.0]
    for left, right in zip(row, row[1:], strict=False):
        offsets.append(offsets[-1] + (widths[left] + widths[right]) / 2 + gap)
    groups: list[list[float]] = []
    for box, offset in zip(row, offsets, strict=True):
        groups.append([wanted[box] - offset])
        while len(groups) > 1 and fmean(groups[-2]) > fmean(groups[-1]):
            last = groups.pop()
            groups[-1] += last
    places = [fmean(group) for group in groups for _ in group]
    for box, place, offset in zip(row, places, offsets, strict=True):
        centres[box] = place + offset
