"""Batches that an engine computes have TensorFlow's figures, losses and metrics among them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from engine_case import FunctionEngine

from owltf.errors import OwltfError
from owltf.inference.batch_runner import BatchRunner
from owltf.inference.load_net import load_net
from owltf.inference.net_batches import Batch
from owltf.registry.markers import hookimpl
from owltf.testing import use_plugins

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 2 dim: 2 } } }
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }
layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
  convolution_param { num_output: 4 kernel_size: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "conv" bottom: "label" top: "loss" }
layer { name: "top" type: "ArgMax" bottom: "conv" top: "top" }
"""
BATCH = Batch(
    {
        "x": np.random.default_rng(0).normal(size=(3, 3, 2, 2)).astype(np.float32),
        "label": np.array([0, 3, 1], np.float32),
    },
    ("a", "b", "c"),
)


class Convolving(FunctionEngine):
    """Computes conv."""

    asked: tuple[str, ...] = ()

    def write(self, net: Any, blobs: Any, path: Path) -> None:
        self.asked = tuple(blobs)
        if self.asked != ("conv",):
            raise OwltfError("it computes conv alone")
        filters, bias = net.get_params()["conv"]
        self.compute = lambda arrays: {
            "conv": np.einsum("ncij,ocij->no", arrays["x"], filters)[:, :, None, None]
            + bias[:, None, None]
        }


class Multiplying(FunctionEngine):
    """Computes an inner product."""

    def write(self, net: Any, blobs: Any, path: Path) -> None:
        matrix, bias = net.get_params()["conv"]
        self.compute = lambda arrays: {
            "conv": arrays["x"].reshape(len(arrays["x"]), -1) @ matrix.T + bias
        }


def values(engine: Convolving, name: str, blobs: tuple[str, ...], said: Any = None) -> Any:
    plugin = SimpleNamespace(owltf_engines=hookimpl(lambda: {"convolving": engine}))
    with use_plugins(plugin) as registry:
        net = load_net("net.prototxt", registry=registry, engine=name, tell=said)
    runner = BatchRunner(net, {each: net.blob(each).to_caffe().tensor for each in blobs})
    ((_, found),) = runner.run([BATCH])
    return found


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(NET)


def test_losses_are_computed_from_the_engines_blobs() -> None:
    engine, blobs, said = Convolving(), ("conv", "loss"), list[str]()
    found = values(engine, "convolving", blobs, said.append)
    assert engine.asked == ("conv",)
    assert said == ["Computed by function"]
    for name, wanted in values(engine, "tensorflow", blobs).items():
        np.testing.assert_allclose(found[name], wanted, rtol=1e-5, atol=1e-6)


def test_a_blob_may_be_asked_for_as_it_lies() -> None:
    Path("net.prototxt").write_text(
        NET.split('layer { name: "label"')[0]
        + """
        layer { name: "conv" type: "InnerProduct" bottom: "x" top: "conv"
          inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }"""
    )
    found = values(Multiplying(), "convolving", ("conv",))
    wanted = values(Multiplying(), "tensorflow", ("conv",))
    np.testing.assert_allclose(found["conv"], wanted["conv"], rtol=1e-5, atol=1e-6)


def test_what_the_engine_cannot_is_tensorflows_or_an_error() -> None:
    said = list[str]()
    found = values(Convolving(), "auto", ("top",), said.append)
    assert said[-1] == "Computed by tensorflow"
    np.testing.assert_array_equal(found["top"], values(Convolving(), "tensorflow", ("top",))["top"])
    with pytest.raises(OwltfError, match="engine function: it computes conv alone"):
        values(Convolving(), "convolving", ("top",))
