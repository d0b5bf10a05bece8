"""Folds a line between its items, so that none is cut."""

from __future__ import annotations

from collections.abc import Sequence

_GAP = "  "


def fold(items: Sequence[str], width: int, indent: str = _GAP) -> list[str]:
    """Return lines that hold items one after the other; only one wider than a line is broken.

    Args:
        items: the items.
        width: how wide a line may be.
        indent: what the second line and those after it begin with.
    """
    lines: list[str] = []
    line = ""
    for item in items:
        longer = f"{line}{_GAP}{item}" if line else item
        if line and len(longer) > width:
            lines.append(line)
            longer = indent + item
        while len(longer) > max(width, len(indent) + 1):
            lines.append(longer[:width])
            longer = indent + longer[width:]
        line = longer
    return [*lines, line] if line else lines
