"""Picks rows of a tensor by their numbers, with a gradient that solvers can use."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


@tf.custom_gradient
def rows(values: Any, numbers: Any) -> tuple[Any, Any]:
    """Return rows of a tensor, with a gradient of the tensor's full size.

    TensorFlow's own gradient is a list of rows, on which momentum and weight decay cannot work.

    Args:
        values: the tensor.
        numbers: the row numbers; a row may be picked many times, or never.
    """

    def gradient(upstream: Any) -> tuple[Any, None]:
        count = tf.shape(values)[0]
        return tf.math.unsorted_segment_sum(upstream, numbers, count), None

    return tf.gather(values, numbers), gradient
