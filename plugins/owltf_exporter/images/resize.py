"""Resizes images in TensorFlow operations to the same pixels as OpenCV, to the last bit."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

# OpenCV's weights are integers in units of 1 / 2048.
_ONE = 2048


def resize(values: Any, height: int, width: int) -> Any:
    """Return images resized like `cv2.resize` with INTER_LINEAR.

    It is bilinear, with half-pixel centres and no antialiasing; images halved along both sides are
    the means of four pixels.

    Args:
        values: bytes as int32 (N, H, W, C); H and W may be unknown.
        height: the new height.
        width: the new width.

    Returns:
        int32 (N, height, width, C).
    """
    size = tf.shape(values)[1:3]
    is_half = tf.reduce_all(tf.equal(size, [2 * height, 2 * width]))
    resized = tf.cond(
        is_half,
        lambda: _halved(values),
        lambda: _linear(values, size, height, width),
    )
    return tf.ensure_shape(resized, (None, height, width, values.shape[-1]))


def _halved(values: Any) -> Any:
    rows = values[:, ::2] + values[:, 1::2]
    return tf.bitwise.right_shift(rows[:, :, ::2] + rows[:, :, 1::2] + 2, 2)


def _linear(values: Any, size: Any, height: int, width: int) -> Any:
    left, right, near, far = _neighbours(size[1], width)
    wide = tf.gather(values, left, axis=2) * near[:, None]
    wide = _cut(wide + tf.gather(values, right, axis=2) * far[:, None], 4)
    above, below, near, far = _neighbours(size[0], height)
    first = _cut(near[:, None, None] * tf.gather(wide, above, axis=1), 16)
    second = _cut(far[:, None, None] * tf.gather(wide, below, axis=1), 16)
    return _cut(first + second + 2, 2)


def _cut(values: Any, bits: int) -> Any:
    return tf.bitwise.right_shift(values, bits)


def _neighbours(old: Any, new: int) -> tuple[Any, Any, Any, Any]:
    """Return the two old places around each new place along an axis, and their weights."""
    step = 1 / (new / tf.cast(old, tf.float64))
    place = tf.cast((tf.range(new, dtype=tf.float64) + 0.5) * step - 0.5, tf.float32)
    start = tf.floor(place)
    part = place - start
    before = tf.cast(start, tf.int32)
    first, second = (tf.clip_by_value(each, 0, old - 1) for each in (before, before + 1))
    near, far = (tf.cast(tf.round(each * _ONE), tf.int32) for each in (1 - part, part))
    return first, second, near, far
