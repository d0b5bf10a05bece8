"""The module that `import caffe` gives to Python layers."""

from __future__ import annotations

import pytest

from owltf.python_layers.shim import Caffe, Layer


def test_it_has_what_a_layer_needs() -> None:
    caffe = Caffe()
    assert (caffe.TRAIN, caffe.TEST) == (0, 1)
    assert issubclass(type("Mine", (caffe.Layer,), {}), Layer)


def test_what_is_missing_is_told() -> None:
    with pytest.raises(AttributeError, match="has Layer, Blob, TRAIN and TEST, but no 'io'"):
        _ = Caffe().io
    assert not hasattr(Caffe(), "__path__")


def test_setup_and_reshape_may_be_left_out() -> None:
    layer = Layer()
    layer.setup([], [])
    layer.reshape([], [])
    assert (layer.type, len(layer.blobs)) == ("Python", 0)


def test_forward_and_backward_may_not() -> None:
    with pytest.raises(NotImplementedError, match="no forward"):
        Layer().forward([], [])
    with pytest.raises(NotImplementedError, match="no backward"):
        Layer().backward([], [], [])
