"""Parameter against Caffe, in nets with and without inputs."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from oracle_case import check_case, save_and_load
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.testing import net_of

PARAMETER = """
    layer { name: "weight" type: "Parameter" top: "weight"
      parameter_param { shape { dim: 3 } } }
"""
# The layer may stand before any input.
NET = (
    PARAMETER
    + """
    layer { name: "x" type: "Input" top: "x"
      input_param { shape { dim: 4 dim: 3 dim: 2 dim: 2 } } }
    layer { name: "scale" type: "Scale" bottom: "x" bottom: "weight" top: "y" }
"""
)


def test_gives_caffes_figures() -> None:
    check_case("parameter")


def test_is_a_bottom_of_other_layers() -> None:
    net = net_of(NET)
    assert net.inputs == ("x",)
    assert net.blob_shapes["weight"] == (3,)
    x = np.random.default_rng(0).standard_normal((2, 3, 2, 2)).astype(np.float32)
    assert not net.forward({"x": x})["y"].any()
    net.set_params({"weight": [np.array([1, 2, 3])]})
    wanted = x * np.reshape([1, 2, 3], (3, 1, 1))
    np.testing.assert_allclose(net.forward({"x": x})["y"], wanted, rtol=1e-6)


def test_all_replicas_have_the_whole_blob() -> None:
    net = NET + 'layer { name: "sum" type: "Reduction" bottom: "y" top: "sum" loss_weight: 1 }'
    x = np.ones((4, 3, 2, 2))
    one, many = run_replicas(net, {"x": x}, 1), run_replicas(net, {"x": x}, 2)
    np.testing.assert_array_equal(many.tops["sum"][0], one.tops["sum"][0])


def test_a_scalar() -> None:
    net = net_of('layer { name: "one" type: "Parameter" top: "one" parameter_param { shape { } } }')
    assert net.blob_shapes["one"] == ()
    net.set_params({"one": [np.float32(3)]})
    assert net.forward({})["one"] == 3


def test_refuses_a_size_of_zero() -> None:
    with pytest.raises(OwltfError, match=r"every size of the shape must be at least 1, got \(0,\)"):
        net_of(PARAMETER.replace("dim: 3", "dim: 0"))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    net = net_of(NET)
    net.set_params({"weight": [np.array([1, 2, 3])]})
    save_and_load(net, tmp_path)


def test_a_net_without_inputs_is_saved_and_loaded(tmp_path: Path) -> None:
    net = net_of(PARAMETER)
    net.set_params({"weight": [np.array([1, 2, 3])]})
    net.model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(loaded({})["weight"], [1, 2, 3])
