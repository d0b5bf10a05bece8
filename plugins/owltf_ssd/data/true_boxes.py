"""The true boxes of an image, as rows, and what becomes of them when the image is cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

# A row is label, instance, xmin, ymin, xmax, ymax, difficult.
COLUMNS = 7
BOX = slice(2, 6)

Rows = npt.NDArray[np.float32]
WHOLE = np.array([0, 0, 1, 1], np.float32)


def areas(boxes: Any) -> Any:
    """Return the area of boxes (..., 4), 0 of those that are inside out."""
    return np.prod(np.maximum(boxes[..., 2:] - boxes[..., :2], 0), -1)


def shared_areas(boxes: Any, other: Any) -> Any:
    """Return the area that each box shares with another one."""
    # In one precision, a box within another shares its own area to the last bit.
    other = np.asarray(other, boxes.dtype)
    low = np.maximum(boxes[..., :2], other[..., :2])
    high = np.minimum(boxes[..., 2:], other[..., 2:])
    return np.prod(np.maximum(high - low, 0), -1)


def overlaps(boxes: Any, other: Any) -> Any:
    """Return the area that each box shares with another by the area that either covers."""
    shared = shared_areas(boxes, other)
    return shared / np.maximum(areas(boxes) + areas(other) - shared, 1e-12)


def coverages(boxes: Any, other: Any) -> Any:
    """Return the part of each box that another one covers."""
    return shared_areas(boxes, other) / np.maximum(areas(boxes), 1e-12)


def seen_through(rows: Rows, window: Any, emit: Any = None) -> Rows:
    """Return the rows of an image's part, in parts of that, without those outside.

    Args:
        rows: the rows of the whole image.
        window: the part as a box; it may reach beyond the image.
        emit: an `EmitConstraint` that boxes must meet to be kept.
    """
    if emit is not None:
        rows = rows[_met(rows[:, BOX], window, emit)]
    size = window[2:] - window[:2]
    moved = (rows[:, BOX] - np.tile(window[:2], 2)) / np.tile(size, 2)
    is_inside = ((moved[:, :2] < 1) & (moved[:, 2:] > 0)).all(1)
    cut = np.clip(moved, 0, 1)
    kept = is_inside & (areas(cut) > 0)
    found: Rows = rows[kept].copy()
    found[:, BOX] = cut[kept]
    return found


def _met(boxes: Any, window: Any, emit: Any) -> Any:
    if emit.emit_type == emit.CENTER:
        center = (boxes[:, :2] + boxes[:, 2:]) / 2
        return ((center >= window[:2]) & (center <= window[2:])).all(1)
    return coverages(boxes, window) > emit.emit_overlap


def mirrored(rows: Rows) -> Rows:
    """Return the rows of an image that is mirrored left to right."""
    found = rows.copy()
    found[:, 2], found[:, 4] = 1 - rows[:, 4], 1 - rows[:, 2]
    return found
