from __future__ import annotations

import numpy as np
import tensorflow as tf
from owltf_yolo.change_squares import squares


def test_the_loss_is_of_the_squares_and_the_gradient_is_given() -> None:
    values = tf.Variable(np.ones((2, 3), np.float32))
    change = tf.constant([[1.0, 2, 3], [0, 0, -1]])
    with tf.GradientTape() as tape:
        loss = 4 * squares(values, change, change * 10)
    np.testing.assert_allclose(loss, 4 * 15 / 2)
    np.testing.assert_allclose(tape.gradient(loss, values), change * 10 * 4 / 2)
