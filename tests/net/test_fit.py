"""Keras's own `fit` on a net with Caffe's losses."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.testing import net_of

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 4 dim: 1 dim: 5 dim: 5 } } }
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
  convolution_param { num_output: 3 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
layer { name: "hinge" type: "HingeLoss" bottom: "ip" bottom: "label" top: "hinge"
  loss_weight: 0.25 }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy" }
"""
RNG = np.random.default_rng(6)
BATCH = {
    "x": RNG.normal(size=(4, 1, 5, 5)).astype(np.float32),
    "label": np.array([0, 2, 1, 2], np.float32),
}
RATE = 0.1


def plain_step(net: Net) -> list[np.ndarray]:
    """Return the weights after a step of gradient descent, by hand."""
    variables = [param.variable for param in net.params]
    with tf.GradientTape() as tape:
        out = net.model({name: tf.constant(value) for name, value in BATCH.items()}, training=True)
        loss = tf.reduce_sum(out["loss"]) + 0.25 * tf.reduce_sum(out["hinge"])
    grads = tape.gradient(loss, [each.value for each in variables])
    return [v.numpy() - RATE * g.numpy() for v, g in zip(variables, grads, strict=True)]


def test_it_takes_the_step_that_the_losses_ask_for() -> None:
    net = net_of(NET, "TRAIN")
    wanted = plain_step(net)
    out = net.forward(BATCH)
    model = net.compile(keras.optimizers.SGD(RATE))
    assert model is net.model
    told = model.fit(BATCH, batch_size=4, epochs=1, verbose=0).history
    loss = float(out["loss"] + 0.25 * out["hinge"])
    assert told["loss"] == [pytest.approx(loss, rel=1e-5)]
    for param, weight in zip(net.params, wanted, strict=True):
        np.testing.assert_allclose(param.variable.numpy(), weight, rtol=1e-5, atol=1e-6)
    after = net.forward(BATCH)
    figure = model.evaluate(BATCH, batch_size=4, verbose=0)
    assert figure == pytest.approx(float(after["loss"] + 0.25 * after["hinge"]), rel=1e-5)


def test_it_goes_on_over_batches_that_do_not_divide() -> None:
    net = net_of(NET, "TRAIN")
    before = net.forward(BATCH)["loss"]
    net.compile("adam").fit(BATCH, batch_size=3, epochs=20, verbose=0)
    assert net.forward(BATCH)["loss"] < 0.8 * before


def test_what_cannot_be_fitted_is_told() -> None:
    net = net_of(NET[: NET.index('layer { name: "loss"')], "TRAIN")
    with pytest.raises(OwltfError, match="has no loss to minimise"):
        net.compile()
    hidden = NET.replace('top: "hinge"', "")
    with pytest.raises(OwltfError, match="the loss of layer 'hinge' is no output of net"):
        net_of(hidden, "TRAIN").compile()
