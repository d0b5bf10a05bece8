"""Layers share a blob in Caffe's order, however each keeps it."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from small_nets import build, input_text

from owltf.convert.params import ParamBlob
from owltf.convert.transposed_variable import TransposedVariable, laid_out_as
from owltf.net.net import Net

RNG = np.random.default_rng(0)


def tied(inputs: int, hidden: int) -> Net:
    """Return an autoencoder whose decoder is the encoder's transpose."""
    layer = """
    layer {{ name: "{}" type: "InnerProduct" bottom: "{}" top: "{}" param {{ name: "w" }}
      inner_product_param {{ bias_term: false num_output: {} transpose: {}
        weight_filler {{ type: "xavier" }} }} }}
    """
    encoder = layer.format("in", "x", "h", hidden, "false")
    return build(
        input_text("x", 3, inputs) + encoder + layer.format("out", "h", "y", inputs, "true")
    )


@pytest.mark.parametrize(("inputs", "hidden"), [(6, 4), (5, 5)])
def test_a_decoder_may_be_the_encoders_transpose(inputs: int, hidden: int) -> None:
    net = tied(inputs, hidden)
    assert len(net.params) == 1
    weight, x = RNG.normal(size=(hidden, inputs)), RNG.normal(size=(3, inputs))
    net.set_params({"in": [weight], "out": [weight]})
    np.testing.assert_array_equal(net.get_params()["out"][0], np.float32(weight))
    np.testing.assert_allclose(net.forward({"x": x})["y"], x @ weight.T @ weight, rtol=1e-4)


def test_gradients_of_both_are_added_up() -> None:
    net = tied(6, 4)
    weight, x = net.get_params()["in"][0], RNG.normal(size=(3, 6)).astype(np.float32)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(net.model({"x": x})["y"])
    (gradient,) = tape.gradient(loss, [net.params[0].variable.value])
    ones = np.ones((3, 6), np.float32)
    wanted = (ones @ weight.T).T @ x + (x @ weight.T).T @ ones
    np.testing.assert_allclose(net.params[0].to_caffe(gradient.numpy()), wanted, rtol=1e-4)


def test_only_another_order_is_turned() -> None:
    variable = tf.Variable(RNG.normal(size=(2, 3)))
    plain, moved = ParamBlob("kernel"), ParamBlob("kernel", caffe="oi", keras="io")
    assert laid_out_as(variable, moved, moved) is variable
    other = laid_out_as(variable, moved, plain)
    assert isinstance(other, TransposedVariable)
    assert other.shape == (3, 2)
    np.testing.assert_array_equal(tf.convert_to_tensor(other), variable.numpy().T)


def test_a_test_net_has_the_training_nets_blobs_by_the_layers_name() -> None:
    text = (
        input_text("x", 2, 1, 6, 6)
        + """
    layer { name: "c" type: "Convolution" bottom: "x" top: "c" %s
      convolution_param { num_output: 2 kernel_size: 3 %s weight_filler { type: "xavier" } } }
    """
    )
    train = build(text % ('param { name: "w" }', ""), "TRAIN")
    test = build(text % ("", "stride: 2"), "TEST", shared=train.context.shared)
    assert [each.variable for each in test.params] == [each.variable for each in train.params]
