"""The orders of blobs and of parameters, to the device and back."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.keras_names import KerasNames
from owltf.convert.params import Param, ParamBlob
from owltf.pycaffe.memory.order import BlobOrder, ParamOrder

X = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)


def test_the_order_of_a_blob() -> None:
    plain = Blob("x", keras.Input((2, 3, 4)), 1, KerasNames(()))
    for blob in (plain, plain.to_channels_last()):
        order = BlobOrder(blob)
        value = order.value_of_caffe(X)
        assert np.array_equal(order.array_in_caffe(value), X)
        assert order.shape_in_caffe(value) == X.shape
    assert not BlobOrder(plain).is_like(BlobOrder(plain.to_channels_last()))


def test_the_order_of_a_parameter() -> None:
    blob = ParamBlob("kernel", caffe="oi...", keras="...io")
    variable = keras.Variable(np.zeros((3, 4, 2, 1), np.float32))
    order = ParamOrder(Param("conv", 0, blob, variable, 1, 1))
    value = order.value_of_caffe(X)
    assert value.shape == (3, 4, 2, 1)
    assert np.array_equal(order.array_in_caffe(tf.identity(value)), X)
    assert order.shape_in_caffe(value) == X.shape
    assert not order.is_like(None)
