"""`forward` by another engine gives TensorFlow's figures, or TensorFlow's own."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from engine_case import FunctionEngine

from owltf.errors import OwltfError
from owltf.inference.load_net import load_net
from owltf.net.net import Net
from owltf.registry.markers import hookimpl
from owltf.testing import use_plugins

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 1 bias_term: false weight_filler { value: 2 } } }
layer { name: "relu" type: "ReLU" bottom: "ip" top: "relu" }
"""
X = np.arange(6, dtype=np.float32).reshape(2, 3)


class Summing(FunctionEngine):
    """Computes ip and relu with the weights that the net has when it is written."""

    written = 0

    def write(self, net: Any, blobs: Any, path: Path) -> None:
        if "x" in blobs:
            raise OwltfError("no input is computed")
        self.written += 1
        (weights,) = net.get_params()["ip"]
        self.compute = lambda arrays: {name: arrays["x"] @ weights.T for name in blobs}


@pytest.fixture
def engine() -> Summing:
    return Summing()


def load(engine: Summing, name: str, text: str = NET) -> Net:
    Path("net.prototxt").write_text(text)
    plugin = SimpleNamespace(owltf_engines=hookimpl(lambda: {"summing": engine}))
    with use_plugins(plugin) as registry:
        return load_net("net.prototxt", registry=registry, engine=name)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["summing", "auto"])
def test_an_engine_answers(engine: Summing, name: str) -> None:
    net = load(engine, name)
    for _ in range(2):
        assert net.forward({"x": X})["relu"].tolist() == [[6], [24]]
        assert net.forward({"x": X}, ["ip"])["ip"].tolist() == [[6], [24]]
    assert engine.written == 2


def test_tensorflow_answers_unless_asked(engine: Summing) -> None:
    assert load(engine, "tensorflow").forward({"x": X})["relu"].tolist() == [[6], [24]]
    assert engine.written == 0


def test_changed_parameters_are_written_anew(engine: Summing) -> None:
    net = load(engine, "summing")
    net.forward({"x": X})
    net.set_params({"ip": [np.full((1, 3), 3)]})
    assert net.forward({"x": X})["relu"].tolist() == [[9], [36]]
    assert engine.written == 2


def test_what_an_engine_cannot_is_tensorflows_or_an_error(engine: Summing) -> None:
    assert load(engine, "auto").forward({"x": X}, ["x"])["x"].tolist() == X.tolist()
    with pytest.raises(OwltfError, match="engine function: no input is computed"):
        load(engine, "summing").forward({"x": X}, ["x"])


def test_a_layer_with_a_state_is_tensorflows(engine: Summing) -> None:
    recurrent = """
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 1 dim: 3 } } }
    layer { name: "cont" type: "Input" top: "cont" input_param { shape { dim: 2 dim: 1 } } }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h"
      recurrent_param { num_output: 2 } }
    """
    with pytest.raises(OwltfError, match="'lstm'.* keeps a state from pass to pass"):
        load(engine, "summing", recurrent).forward({"x": X.reshape(2, 1, 3), "cont": [[0], [1]]})


def test_an_unknown_engine_is_refused(engine: Summing) -> None:
    with pytest.raises(OwltfError, match="engine other: there is no such engine"):
        load(engine, "other")
