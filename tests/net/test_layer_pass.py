"""Blobs by name while layers run, as Caffe's memory holds them."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from small_nets import build, input_text

from owltf.net.layer_pass import LayerPass

NET = (
    input_text("x", 1, 3)
    + """
layer { name: "relu" type: "ReLU" bottom: "x" top: "x" }
layer { name: "more" type: "Power" bottom: "x" top: "x" power_param { shift: 1 } }
layer { name: "sum" type: "Reduction" bottom: "x" top: "sum" loss_weight: 2 }
layer { name: "sum2" type: "Reduction" bottom: "x" loss_weight: 5 top: "sum2" }
"""
)
X = tf.constant([[-1.0, 2.0, 3.0]])


def run() -> LayerPass:
    values = LayerPass({"x": X}, training=False)
    values.run(build(NET).layers)
    return values


def test_a_blob_is_known_before_and_after_its_in_place_layers() -> None:
    values = run()
    assert values.before["x"] is X
    np.testing.assert_array_equal(values.after["x"], [[1, 3, 4]])
    assert values.before["sum"] is values.after["sum"]


def test_losses_count_by_their_weight_unless_a_gradient_is_given() -> None:
    values = run()
    assert float(values.objective({})) == 2 * 8 + 5 * 8
    assert float(values.objective({"sum": tf.constant(-1.0)})) == -8 + 5 * 8
    x = tf.constant([[1.0, 0.0, 2.0]])
    assert float(values.objective({"x": x})) == 1 + 8 + 2 * 8 + 5 * 8


def test_without_losses_there_is_nothing_to_differentiate() -> None:
    assert float(LayerPass({"x": X}, training=False).objective({})) == 0
