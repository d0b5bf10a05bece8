"""The objective of YOLO's losses: squares of what each prediction is told to change by."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from owltf.api import global_sum


def squares(predictions: Any, change: Any, gradient: Any) -> Any:
    """Return the sum of the squared changes, divided by the images.

    The gradient is not that of the sum: Darknet hands each prediction its change.

    Args:
        predictions: what the gradient is for.
        change: the change of each, negative where a prediction is to grow.
        gradient: what is handed back for each, to be divided by the images.
    """
    images = tf.cast(tf.shape(predictions)[0], tf.float32)
    total, count = global_sum(tf.reduce_sum(tf.square(change)), images)
    return _with_gradient(predictions, total / count, gradient / count)


@tf.custom_gradient
def _with_gradient(predictions: Any, value: Any, gradient: Any) -> Any:
    def backward(grad: Any) -> tuple[Any, None, None]:
        return grad * gradient, None, None

    return tf.identity(value), backward
