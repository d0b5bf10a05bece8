"""Boxes in TensorFlow: coded relative to priors and decoded, and how much they overlap.

A box is xmin, ymin, xmax, ymax, in parts of the image. These functions import what they need, as
exports copy them into programs.
"""

from __future__ import annotations

from typing import Any


def decode_boxes(loc: Any, priors: Any, variances: Any, code: str) -> Any:
    """Return boxes (..., 4) from predictions (..., 4).

    Args:
        loc: the predictions.
        priors: the priors, of a shape that goes with them.
        variances: theirs; 1 where the targets hold them.
        code: "CORNER", "CENTER_SIZE" or "CORNER_SIZE".
    """
    import tensorflow as tf

    low, high = priors[..., :2], priors[..., 2:]
    size = high - low
    scaled = loc * variances
    if code == "CORNER":
        return priors + scaled
    if code == "CORNER_SIZE":
        return priors + scaled * tf.concat([size, size], -1)
    center = (low + high) / 2 + scaled[..., :2] * size
    half = tf.exp(scaled[..., 2:]) * size / 2
    return tf.concat([center - half, center + half], -1)


def encode_boxes(boxes: Any, priors: Any, variances: Any, code: str) -> Any:
    """Return the predictions that `decode_boxes` makes these boxes of."""
    import tensorflow as tf

    low, high = priors[..., :2], priors[..., 2:]
    size = high - low
    if code == "CORNER":
        return (boxes - priors) / variances
    if code == "CORNER_SIZE":
        return (boxes - priors) / tf.concat([size, size], -1) / variances
    center = (boxes[..., :2] + boxes[..., 2:] - low - high) / 2 / size
    wide = tf.math.log((boxes[..., 2:] - boxes[..., :2]) / size)
    return tf.concat([center, wide], -1) / variances


def box_overlaps(first: Any, second: Any) -> Any:
    """Return the area two boxes share by the area that either covers, for shapes (..., 4)."""
    import tensorflow as tf

    low = tf.maximum(first[..., :2], second[..., :2])
    high = tf.minimum(first[..., 2:], second[..., 2:])
    shared = tf.reduce_prod(tf.maximum(high - low, 0.0), -1)
    one = tf.reduce_prod(tf.maximum(first[..., 2:] - first[..., :2], 0.0), -1)
    other = tf.reduce_prod(tf.maximum(second[..., 2:] - second[..., :2], 0.0), -1)
    return tf.math.divide_no_nan(shared, one + other - shared)
