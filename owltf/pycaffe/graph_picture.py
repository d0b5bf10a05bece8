"""Draws boxes and arrows by OpenCV, for machines without Graphviz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import cv2
import numpy as np

_FONT, _SCALE, _LINE, _PAD, _GAP = cv2.FONT_HERSHEY_SIMPLEX, 0.45, 18, 10, 40


class Node(Protocol):
    """A box."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def label(self) -> str:
        """The lines of its text."""

    @property
    def style(self) -> Mapping[str, str]:
        """Graphviz's attributes, of which the `fillcolor` counts."""


class Edge(Protocol):
    """An arrow."""

    @property
    def start(self) -> str:
        """The name of the box where it starts."""

    @property
    def end(self) -> str:
        """The name of the box where it ends."""

    @property
    def label(self) -> str:
        """Its text."""


def draw_graph(nodes: Sequence[Node], edges: Sequence[Edge], rankdir: str, ext: str) -> bytes:
    """Return a picture in which each box stands behind all that lead to it.

    Args:
        nodes: the boxes, each after those that lead to it, but for in-place layers.
        edges: the arrows.
        rankdir: "LR", "RL", "TB" or "BT".
        ext: the format's ending, one that OpenCV writes.

    Raises:
        RuntimeError: if OpenCV does not write that format.
    """
    canvas, places = _laid_out(nodes, edges, rankdir)
    for edge in edges:
        _draw_arrow(canvas, places[edge.start], places[edge.end], edge.label)
    for node in nodes:
        _draw_box(canvas, places[node.name], node)
    try:
        return bytes(cv2.imencode(f".{ext}", canvas)[1].tobytes())
    except cv2.error as error:
        raise RuntimeError(
            f"no picture of format '{ext}' without Graphviz; install it, or ask for png or dot"
        ) from error


Box = tuple[int, int, int, int]


def _ranks(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[list[Node]]:
    """Return the boxes by how many arrows lead to them at most."""
    number = {node.name: index for index, node in enumerate(nodes)}
    ranks: dict[str, int] = {node.name: 0 for node in nodes}
    seen: set[str] = set()
    for edge in edges:
        # An in-place layer's blob leads to it and back: the way back does not count.
        seen.add(edge.start)
        if edge.end not in seen or number[edge.end] > number[edge.start]:
            ranks[edge.end] = max(ranks[edge.end], ranks[edge.start] + 1)
    rows: list[list[Node]] = [[] for _ in range(max(ranks.values(), default=0) + 1)]
    for node in nodes:
        rows[ranks[node.name]].append(node)
    return rows


def _laid_out(
    nodes: Sequence[Node], edges: Sequence[Edge], rankdir: str
) -> tuple[Any, dict[str, Box]]:
    """Return an empty picture, and the place of each box: x, y, width, height."""
    is_flat = rankdir in ("LR", "RL")
    rows = _ranks(nodes, edges)
    places: dict[str, Box] = {}
    along, widest = _GAP, 0
    for row in reversed(rows) if rankdir in ("RL", "BT") else rows:
        across, deepest = _GAP, 0
        for node in row:
            width, height = _size(node)
            x, y = (along, across) if is_flat else (across, along)
            places[node.name] = (x, y, width, height)
            across += (height if is_flat else width) + _GAP
            deepest = max(deepest, width if is_flat else height)
        along, widest = along + deepest + _GAP, max(widest, across)
    shape = (widest, along) if is_flat else (along, widest)
    return np.full((*shape, 3), 255, np.uint8), places


def _size(node: Node) -> tuple[int, int]:
    lines = node.label.split("\n")
    widest = max(cv2.getTextSize(line, _FONT, _SCALE, 1)[0][0] for line in lines)
    return widest + 2 * _PAD, len(lines) * _LINE + _PAD


def _draw_box(canvas: Any, place: Box, node: Node) -> None:
    x, y, width, height = place
    fill = node.style.get("fillcolor", "#FFFFFF").lstrip("#")
    bgr = tuple(int(fill[first : first + 2], 16) for first in (4, 2, 0))
    cv2.rectangle(canvas, (x, y), (x + width, y + height), bgr, -1)
    cv2.rectangle(canvas, (x, y), (x + width, y + height), (0, 0, 0), 1)
    for number, line in enumerate(node.label.split("\n")):
        corner = (x + _PAD, y + (number + 1) * _LINE)
        cv2.putText(canvas, line, corner, _FONT, _SCALE, (0, 0, 0), 1, cv2.LINE_AA)


def _draw_arrow(canvas: Any, start: Box, end: Box, label: str) -> None:
    (x1, y1), (x2, y2) = ((x + w // 2, y + h // 2) for x, y, w, h in (start, end))
    cv2.line(canvas, (x1, y1), (x2, y2), (90, 90, 90), 1, cv2.LINE_AA)
    if label:
        middle = ((x1 + x2) // 2, (y1 + y2) // 2)
        cv2.putText(canvas, label, middle, _FONT, _SCALE, (90, 90, 90), 1, cv2.LINE_AA)
