"""Layers share a blob in Caffe's order, however each keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_nets import build, input_text

from owltf.convert.params import ParamBlob
from owltf.convert.sharing import SharedBlob
from owltf.convert.transposed_variable import TransposedVariable
from owltf.net.net import Net
from owltf.testing.checks.keras_file import compare_loaded

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


def transposed(net: Net) -> Any:
    """Return the decoder's variable."""
    return net.model.get_layer("out").weights[0]


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


def test_only_another_order_is_transposed() -> None:
    variable = keras.Variable(RNG.normal(size=(2, 3)))
    plain, moved = ParamBlob("kernel"), ParamBlob("kernel", caffe="oi", keras="io")
    shared = SharedBlob(variable, moved)
    same = shared.variable_in(ParamBlob("other", caffe="oi", keras="io"), trainable=True)
    assert not isinstance(same, TransposedVariable)
    assert (same.value is variable.value, same.name) == (True, "other")
    other = shared.variable_in(plain, trainable=False)
    assert isinstance(other, TransposedVariable)
    assert (tuple(other.shape), other.name, other.trainable) == ((3, 2), "kernel", False)
    for value in (tf.convert_to_tensor(other), other.numpy(), np.asarray(other), other + 0):
        np.testing.assert_array_equal(value, variable.numpy().T)


def test_both_are_one_memory() -> None:
    variable = keras.Variable(np.zeros((2, 3, 4), np.float32))
    other = TransposedVariable(variable, (2, 0, 1), name="other")
    value = RNG.normal(size=(4, 2, 3)).astype(np.float32)
    other.assign(value)
    np.testing.assert_array_equal(variable.numpy(), np.transpose(value, (1, 2, 0)))
    np.testing.assert_array_equal(other.numpy(), value)


def test_a_keras_file_holds_each_layer_in_its_own_order(tmp_path: Path) -> None:
    net = tied(6, 4)
    loaded = compare_loaded(net, {"x": RNG.normal(size=(3, 6)).astype(np.float32)}, tmp_path)
    assert [each.shape for each in loaded.weights] == [(6, 4), (4, 6)]
    np.testing.assert_array_equal(loaded.weights[1].numpy(), transposed(net).numpy())


def test_tensorflow_saves_the_variable_that_holds_the_values(tmp_path: Path) -> None:
    net = tied(6, 4)
    x = RNG.normal(size=(3, 6)).astype(np.float32)
    wanted = net.model({"x": x})["y"].numpy()
    net.model.export(tmp_path / "saved", verbose=False)
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_allclose(saved.serve({"x": x})["y"], wanted, rtol=1e-5)
    path = tf.train.Checkpoint(model=net.model).save(str(tmp_path / "checkpoint"))
    transposed(net).assign(np.zeros((4, 6)))
    tf.train.Checkpoint(model=net.model).restore(path).assert_consumed()
    np.testing.assert_allclose(net.model({"x": x})["y"], wanted, rtol=1e-5)


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
