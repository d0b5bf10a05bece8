"""Tests of the order of axes in Caffe's blobs and Keras's variables."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from small_nets import build, inner_product, input_text

from owltf.convert.params import Param, ParamBlob

ORDERS = [
    ("...", "...", (4,), (4,)),
    ("oi", "io", (4, 3), (3, 4)),
    ("oi...", "...io", (4, 3, 5, 6), (5, 6, 3, 4)),
    ("oi...", "...io", (4, 3, 7), (7, 3, 4)),
    ("io...", "...oi", (3, 4, 5, 6), (5, 6, 4, 3)),
]


@pytest.mark.parametrize(("caffe", "order", "caffe_shape", "keras_shape"), ORDERS)
def test_both_directions_follow_from_one_order(
    caffe: str, order: str, caffe_shape: tuple[int, ...], keras_shape: tuple[int, ...]
) -> None:
    blob = ParamBlob("kernel", caffe=caffe, keras=order)
    array = np.arange(np.prod(caffe_shape), dtype=np.float32).reshape(caffe_shape)
    assert blob.to_keras(array).shape == keras_shape
    np.testing.assert_array_equal(blob.to_caffe(blob.to_keras(array)), array)
    assert blob.caffe_shape(keras_shape) == caffe_shape


def test_a_params_value_is_caffes_blob() -> None:
    variable = keras.Variable(np.zeros((3, 4), np.float32))
    param = Param("ip", 0, ParamBlob("kernel", "oi", "io"), variable, 1, 1)
    array = np.arange(12, dtype=np.float32).reshape(4, 3)
    param.set(array)
    np.testing.assert_array_equal(variable.numpy(), array.T)
    np.testing.assert_array_equal(param.get(), array)
    assert param.shape == (4, 3)
    assert param.get().flags.c_contiguous


def test_multipliers_come_from_the_prototxt() -> None:
    fields = "param { lr_mult: 0 } param { lr_mult: 2 decay_mult: 0 }"
    net = build(input_text("x", 2, 4) + inner_product("ip", "x", "ip", fields))
    weight, bias = net.layer_params["ip"]
    assert (weight.lr_mult, weight.decay_mult, weight.is_trained) == (0, 1, False)
    assert (bias.lr_mult, bias.decay_mult, bias.is_trained) == (2, 0, True)
    assert [param.shape for param in net.params] == [(3, 4), (3,)]
