"""Rows: rows of a tensor picked by their numbers."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


@tf.custom_gradient
def rows(values: Any, numbers: Any) -> tuple[Any, Any]:
    """Return rows of a tensor, with a gradient as large as the tensor.

    TensorFlow's own is a list of rows, which momentum and weight decay cannot take.

    Args:
        values: the tensor.
        numbers: which of its rows; a row may be picked many times, or never.
    """

    def gradient(upstream: Any) -> tuple[Any, None]:
        count = tf.shape(values)[0]
        return tf.math.unsorted_segment_sum(upstream, numbers, count), None

    return tf.gather(values, numbers), gradient
