"""Layers of a stranger's plugin are exported by what their converters say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from export_case import export
from stranger_layers import (
    ClassLoss,
    Distance,
    DoubleReLU,
    Gained,
    ReLUWithoutForm,
    Shapeless,
    Spread,
    plugin,
)

onnx = pytest.importorskip("onnx", reason="onnx is not installed: owltf[onnx]")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

X = np.random.default_rng(0).standard_normal((2, 4, 3, 3)).astype(np.float32)
INPUT = """layer { name: "x" type: "Input" top: "x"
  input_param { shape { dim: 2 dim: 4 dim: 3 dim: 3 } } }"""
RELU = 'layer { name: "relu" type: "ReLU" bottom: "x" top: "y" }'
DATA = """layer { name: "data" type: "DummyData" top: "x" top: "label"
  dummy_data_param { shape { dim: 2 dim: 4 } shape { dim: 2 dim: 4 } } }
layer { name: "fc" type: "InnerProduct" bottom: "x" top: "fc"
  inner_product_param { num_output: 4 } }"""


def layer(caffe_type: str, *bottoms: str, top: str = "y", fields: str = "") -> str:
    """Return a layer's prototxt."""
    names = " ".join(f'bottom: "{each}"' for each in bottoms)
    return f'layer {{ name: "{top}" type: "{caffe_type}" {names} top: "{top}" {fields} }}'


def exported(net: str, folder: Path, *converters: Any, suffix: str = "onnx") -> Result:
    """Run `owltf export` on a net with random weights."""
    (folder / "net.prototxt").write_text(net)
    arguments = [str(folder / "net.prototxt"), str(folder / f"net.{suffix}"), "--random-weights"]
    return export(CliRunner(), arguments, plugin(*converters))


def answer(folder: Path, x: np.ndarray, output: str = "y") -> np.ndarray:
    """Return what onnxruntime makes of an input."""
    session = onnxruntime.InferenceSession(folder / "net.onnx")
    made: np.ndarray = session.run([output], {"x": x})[0]
    return made


def test_a_layer_with_an_onnx_method_is_exported(tmp_path: Path) -> None:
    ran = exported(INPUT + layer("Gained", "x"), tmp_path, Gained)
    assert ran.exit_code == 0, ran.output
    # `untrained` says what stands in for zeros.
    wanted = np.where(X > 0, 3 * X, 1.5 * X)
    np.testing.assert_allclose(answer(tmp_path, X), wanted, rtol=1e-6)


def test_layers_without_one_are_all_named(tmp_path: Path) -> None:
    net = INPUT + layer("Shapeless", "x", top="a") + layer("Shapeless", "a", top="b")
    ran = exported(net, tmp_path, Gained, Shapeless)
    assert ran.exit_code == 2
    why = "Shapeless (stranger_layers) has no `onnx` method"
    assert f"--format onnx cannot write layer 'a': {why}; layer 'b': {why}" in ran.stderr
    assert not (tmp_path / "net.onnx").exists()


def test_what_replaces_a_built_in_type_has_its_own_formula(tmp_path: Path) -> None:
    ran = exported(INPUT + RELU, tmp_path, DoubleReLU)
    assert ran.exit_code == 0, ran.output
    np.testing.assert_array_equal(answer(tmp_path, X), 2 * np.maximum(X, 0))


def test_and_never_that_of_the_built_in_one(tmp_path: Path) -> None:
    ran = exported(INPUT + RELU, tmp_path, ReLUWithoutForm)
    assert ran.exit_code == 2
    assert "layer 'relu': ReLU (stranger_layers) has no `onnx` method" in ran.stderr


def test_a_loss_ends_in_its_scores_and_a_metric_goes(tmp_path: Path) -> None:
    net = DATA + layer("Distance", "fc", "label", top="loss") + layer("Spread", "fc", top="spread")
    ran = exported(net, tmp_path, Distance, Spread)
    assert ran.exit_code == 0, ran.output
    names = [
        each.name for each in onnxruntime.InferenceSession(tmp_path / "net.onnx").get_outputs()
    ]
    assert names == ["fc"]


def test_a_loss_becomes_what_it_is_served_as(tmp_path: Path) -> None:
    fields = "softmax_param { axis: -1 }"
    net = DATA + layer("ClassLoss", "fc", "label", top="loss", fields=fields)
    ran = exported(net, tmp_path, ClassLoss)
    assert ran.exit_code == 0, ran.output
    x = X[:, :, 0, 0]
    np.testing.assert_allclose(answer(tmp_path, x, "prob").sum(1), np.ones(2), rtol=1e-6)
    nodes = onnx.load(tmp_path / "net.onnx").graph.node
    assert [each.op_type for each in nodes] == ["Gemm", "Softmax"]
    # The loss's own message says along which axis.
    assert nodes[1].attribute[0].i == 1
