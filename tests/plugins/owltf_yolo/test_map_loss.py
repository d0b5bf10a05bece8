"""A loss of a map hands each prediction its change, divided by the images."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from owltf_yolo.map_loss import MapLoss


class Halved(MapLoss):
    """Tells each prediction to become half of what it is."""

    def change(self, cells: Any, truth: Any) -> Any:
        """Return the half; the true boxes are read already."""
        assert truth.label.shape == (2, 1)
        return cells / 2


def test_the_squares_and_the_changes() -> None:
    values = tf.constant(np.random.default_rng(0).normal(size=(2, 12, 3, 3)), tf.float32)
    layer = Halved({"num": 2, "num_class": 1})
    with tf.GradientTape() as tape:
        tape.watch(values)
        loss = layer([values, tf.zeros((2, 5))])
    np.testing.assert_allclose(loss, np.sum(np.square(values)) / 4 / 2, rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(loss, values), values / 2 / 2, rtol=1e-6)
    assert Halved.from_config(layer.get_config()).options == layer.options
