"""Tests of what a converter is given."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest
from small_nets import input_blob, layer_of

from owltf.convert.layer import UnsupportedLayerError, param_key, param_spec
from owltf.errors import OwltfError


def test_errors_name_the_layer_its_file_and_line() -> None:
    layer = layer_of()
    assert layer.title == "Some layer 'one' (net.prototxt:7)"
    assert str(layer.error("is wrong")) == "Some layer 'one' (net.prototxt:7): is wrong"
    refusal = layer.unsupported("pool: STOCHASTIC")
    assert isinstance(refusal, UnsupportedLayerError)
    assert str(refusal).endswith(": pool: STOCHASTIC is not supported")


def test_axis_counts_from_the_front() -> None:
    layer, blob = layer_of(), input_blob(2, 3, 4)
    assert [layer.axis(blob, axis) for axis in (0, 2, -1, -3)] == [0, 2, 2, 0]
    with pytest.raises(OwltfError, match=r"axis 3 is out of range.*bottom 'x': \(2, 3, 4\)"):
        layer.axis(blob, 3)


def test_input_leaves_the_batch_open() -> None:
    layer = layer_of(top=["data"])
    blob = layer.input("data", (8, 3, 4))
    assert blob.shape == (8, 3, 4)
    assert tuple(blob.tensor.shape) == (None, 3, 4)
    assert layer.inputs == [blob]
    assert layer.input("scalar", ()).shape == ()


def test_params_are_shared_by_name_or_by_place() -> None:
    parameter = layer_of(param=[{"name": "w", "lr_mult": 2}]).parameter
    assert param_key("one", parameter, 0) == "w"
    assert param_key("one", parameter, 1) == ("one", 1)
    spec = param_spec(parameter, 0)
    assert spec is not None
    assert spec.lr_mult == 2
    assert param_spec(parameter, 1) is None


def test_keras_layers_are_plain_ones_named_after_the_layer() -> None:
    layer = layer_of()
    dense = layer.keras(keras.layers.Dense, units=2)
    dense(keras.Input((3,)))
    assert "add_weight" not in vars(dense)
    assert dense.name == "one"
    assert layer.keras(keras.layers.Dense, part="more", units=2).name == "one.more"


def test_the_net_says_phase_and_files() -> None:
    layer = layer_of()
    layer.context = layer.context.of_net(Path(__file__).parent, "TEST")
    assert layer.phase == "TEST"
    assert layer.find_file(Path(__file__).name).samefile(__file__)
