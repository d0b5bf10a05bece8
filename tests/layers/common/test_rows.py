"""Rows of a tensor, and their gradient."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from owltf.layers.common.rows import rows


def test_picks_rows_and_gives_a_dense_gradient() -> None:
    values, numbers = tf.reshape(tf.range(12.0), (4, 3)), tf.constant([[2, 0], [2, 2]])
    with tf.GradientTape() as tape:
        tape.watch(values)
        top = rows(values, numbers)
        total = tf.reduce_sum(top * tf.constant([[[1.0], [2]], [[3], [4]]]))
    np.testing.assert_array_equal(top, values.numpy()[numbers.numpy()])
    grad = tape.gradient(total, values)
    assert isinstance(grad, tf.Tensor)
    np.testing.assert_array_equal(grad, np.outer([2, 0, 8, 0], np.ones(3)))
