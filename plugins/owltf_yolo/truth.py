"""The true boxes that YOLO's losses compare predictions with, and the cells that they lie in."""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf


class Truth(NamedTuple):
    """The true boxes of a batch.

    Attributes:
        label: their classes, int32 (N, T).
        box: their centre, width and height in parts of the image, (N, T, 4).
        is_there: which of them there are, (N, T): all before the first without a width.
    """

    label: Any
    box: Any
    is_there: Any


def read_truth(labels: Any) -> Truth:
    """Return the true boxes of labels (N, T * 5): class, x, y, width and height of each."""
    rows = tf.reshape(labels, (tf.shape(labels)[0], -1, 5))
    there = tf.math.cumprod(tf.cast(rows[..., 3] != 0, tf.int32), 1) > 0
    return Truth(tf.cast(rows[..., 0], tf.int32), rows[..., 1:], there)


def overlaps(first: Any, second: Any) -> Any:
    """Return the shared part of boxes given by centre, width and height."""
    low = tf.maximum(first[..., :2] - first[..., 2:] / 2, second[..., :2] - second[..., 2:] / 2)
    high = tf.minimum(first[..., :2] + first[..., 2:] / 2, second[..., :2] + second[..., 2:] / 2)
    shared = tf.reduce_prod(tf.maximum(high - low, 0.0), -1)
    areas = tf.reduce_prod(first[..., 2:], -1) + tf.reduce_prod(second[..., 2:], -1)
    return tf.math.divide_no_nan(shared, areas - shared)


def best_overlaps(boxes: Any, truth: Truth) -> Any:
    """Return the greatest overlap of each predicted box, (N, H, W, A), with a true one."""
    true = truth.box[:, None, None, None]
    found = overlaps(boxes[..., None, :], true)
    return tf.reduce_max(tf.where(truth.is_there[:, None, None, None], found, 0.0), -1)


def shape_overlaps(wide: Any, anchors: Any) -> Any:
    """Return how alike true boxes and anchors are in shape, (N, T, A): the overlap at one place.

    Args:
        wide: width and height of the true boxes, (N, T, 2).
        anchors: those of the anchors, (A, 2), or of each true box's, (N, T, A, 2).
    """
    sizes = tf.broadcast_to(anchors, (*tf.unstack(tf.shape(wide))[:2], anchors.shape[-2], 2))
    at_origin = tf.zeros_like(sizes)
    true = tf.concat([tf.zeros_like(wide), wide], -1)[:, :, None]
    return overlaps(tf.concat([at_origin, sizes], -1), true)


def alike(wide: Any, anchors: Any) -> Any:
    """Return the anchor whose shape is the likest to each true box's, (N, T).

    Args:
        wide: as for `shape_overlaps`.
        anchors: as for `shape_overlaps`.
    """
    return tf.argmax(shape_overlaps(wide, anchors), -1, output_type=tf.int32)


def is_last(places: Any, counts: Any) -> Any:
    """Return which true boxes have no later one at the same place, (N, T).

    Args:
        places: the places, int32 (N, T, 3).
        counts: which of them count.
    """
    same = tf.reduce_all(places[:, :, None] == places[:, None], -1)
    later = tf.linalg.band_part(tf.cast(same, tf.int32), 0, -1)
    later -= tf.linalg.band_part(tf.cast(same, tf.int32), 0, 0)
    beaten = tf.reduce_any((later > 0) & counts[:, None], -1)
    return counts & ~beaten


def cells_of(truth: Truth, height: int, width: int) -> Any:
    """Return the row and column of the cell with each true box's centre, int32 (N, T, 2)."""
    center = tf.cast(truth.box[..., 1::-1] * [float(height), float(width)], tf.int32)
    return tf.clip_by_value(center, 0, [height - 1, width - 1])
