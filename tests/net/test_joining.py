"""Layers that are joined compute what each of them would, forward and backward."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.keras_internals import calls_in_order
from owltf.net.joining import joined
from owltf.net.net import Net
from owltf.testing.nets import net_of

SHAPE = (4, 3, 5, 6)
X = np.random.default_rng(1).standard_normal(SHAPE).astype(np.float32) * 3 + 2
NORM = """layer { name: "x" type: "Input" top: "x"
  input_param { shape { dim: 4 dim: 3 dim: 5 dim: 6 } } }
layer { name: "bn" type: "BatchNorm" bottom: "x" top: "%s"
  batch_norm_param { %s } }
layer { name: "scale" type: "Scale" bottom: "%s" top: "y" scale_param { %s } }"""


def net_with(norm: str = "", scale: str = "bias_term: true", top: str = "x", more: str = "") -> Net:
    """Return a TRAIN net of BatchNorm and Scale, with weights that change something."""
    net = net_of(NORM % (top, norm, top, scale) + more, "TRAIN")
    rng = np.random.default_rng(2)
    for param in net.params:
        param.variable.assign(rng.uniform(0.5, 2.0, param.variable.shape))
    return net


def results(net: Net, model: Any, training: bool) -> list[np.ndarray]:
    """Return the top, the gradients of x and of what is learned, and the running sums after it."""
    kept = [param.variable.numpy() for param in net.params]
    x = tf.constant(X)
    learned = [param.variable.value for param in net.params if param.variable.trainable]
    with tf.GradientTape() as tape:
        tape.watch(x)
        (top,) = tf.nest.flatten(model({"x": x}, training=training))
        loss = tf.reduce_sum(top * tf.sin(top))
    found = [top, *tape.gradient(loss, [x, *learned])]
    sums = [param.variable.numpy() for param in net.params if not param.variable.trainable]
    for param, value in zip(net.params, kept, strict=True):
        param.variable.assign(value)
    return [*(each.numpy() for each in found), *sums]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("norm", ["", "use_global_stats: true", "use_global_stats: false"])
@pytest.mark.parametrize("scale", ["bias_term: true", ""])
def test_batch_norm_and_scale_are_one(norm: str, scale: str, training: bool) -> None:
    net = net_with(norm, scale)
    outputs = net.caffe_tensors(["y"])
    plain = net.model_of_tensors(outputs)
    one = joined(plain, outputs)
    assert len(calls_in_order(one)) == len(calls_in_order(plain)) - 1
    for got, wanted in zip(results(net, one, training), results(net, plain, training), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=2e-5, atol=2e-5 * np.abs(wanted).max())


@pytest.mark.parametrize(
    ("scale", "top", "more"),
    [
        ("axis: 0 num_axes: 1", "x", ""),
        ("num_axes: 2", "x", ""),
        ("", "n", 'layer { name: "other" type: "TanH" bottom: "n" top: "other" }'),
    ],
)
def test_others_are_left_as_they_are(scale: str, top: str, more: str) -> None:
    net = net_with(scale=scale, top=top, more=more)
    outputs = net.caffe_tensors(net.outputs)
    model = net.model_of_tensors(outputs)
    assert joined(model, outputs) is model


def test_a_blob_that_is_asked_for_is_shown_as_it_is() -> None:
    net = net_with(top="n")
    outputs = net.caffe_tensors(["n", "y"])
    model = net.model_of_tensors(outputs)
    assert joined(model, outputs) is model


def test_a_training_pass_is_computed_so() -> None:
    names = [layer.__class__.__name__ for layer in net_with().loss_model.layers]
    assert "ScaledNormalization" in names
    assert "Affine" not in names
