"""onnxruntime computes what the net computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from owltf_exporter.onnxruntime_engine import OnnxRuntime

from owltf.api import OwltfError, write_form
from owltf.testing import net_of

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 dim: 5 dim: 5 } } }
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 1 } } }
layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
  convolution_param { num_output: 2 kernel_size: 5 weight_filler { type: "xavier" } } }
layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "relu" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "relu" bottom: "label" top: "loss" }
"""


def test_blobs_are_computed_from_the_inputs_that_they_need(tmp_path: Path) -> None:
    net, engine = net_of(NET), OnnxRuntime()
    assert engine.missing() is None
    write_form(engine, net, ["relu"], tmp_path / "form")
    x = np.random.default_rng(0).normal(size=(3, 3, 5, 5)).astype(np.float32)
    found = engine.open(tmp_path / "form")({"x": x})
    wanted = net.forward({"x": x, "label": np.zeros(3)}, ["relu"])
    np.testing.assert_allclose(found["relu"], wanted["relu"], rtol=1e-5, atol=1e-6)


def test_a_layer_without_a_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match="ONNX cannot write layer 'loss': SoftmaxW"):
        OnnxRuntime().write(net_of(NET), ["loss"], tmp_path / "form")


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "form").write_text("no form")
    with pytest.raises(OwltfError, match="onnxruntime cannot read it"):
        OnnxRuntime().open(tmp_path / "form")
