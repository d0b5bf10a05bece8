"""The onnx format, in onnxruntime and in OpenCV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from export_case import Export, arrays_of, export

from owltf.api import load_net

onnx = pytest.importorskip("onnx", reason="onnx is not installed: owltf[onnx]")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")


def ops(path: Path) -> list[str]:
    """Return a model's operations."""
    return [node.op_type for node in onnx.load(path).graph.node]


def test_the_small_net_has_no_transposes_and_an_open_batch(run: Export, case: Path) -> None:
    ran = run("small.onnx")
    assert ran.exit_code == 0, ran.output
    assert "Transpose" not in ops(case / "small.onnx")
    model = onnx.load(case / "small.onnx")
    assert {each.domain for each in model.opset_import} == {""}
    session = onnxruntime.InferenceSession(case / "small.onnx")
    (data,), (prob,) = session.get_inputs(), session.get_outputs()
    assert (data.name, data.shape) == ("data", ["N", 3, 14, 14])
    assert (prob.name, prob.shape) == ("prob", ["N", 4])
    for batch in (1, 5):
        x = np.random.default_rng(0).standard_normal((batch, 3, 14, 14)).astype(np.float32)
        assert session.run(None, {"data": x})[0].shape == (batch, 4)


def test_models_of_others_agree_in_opencv(zoo_model: Path, tmp_path: Path) -> None:
    cv2: Any = pytest.importorskip("cv2", reason="OpenCV is not installed")
    deploy, weights = str(zoo_model / "deploy.prototxt"), str(zoo_model / "weights.caffemodel")
    out = tmp_path / "net.onnx"
    ran = export(CliRunner(), [deploy, str(out), "--weights", weights])
    assert ran.exit_code == 0, ran.output
    expected = arrays_of(zoo_model / "expected.npz")
    x = expected["in:data"][:2]
    net = cv2.dnn.readNetFromONNX(str(out))
    net.setInput(x)
    np.testing.assert_allclose(net.forward("prob"), expected["caffe:prob"][:2], atol=1e-4)
    made = onnxruntime.InferenceSession(out).run(["prob"], {"data": x})[0]
    np.testing.assert_allclose(
        made, load_net(deploy, weights=weights).forward({"data": x})["prob"], atol=1e-4
    )


LAYERS = {
    "deconv": 'type: "Deconvolution" convolution_param { num_output: 4 kernel_size: 3 stride: 2 '
    'pad: 1 group: 2 weight_filler { type: "xavier" } }',
    "max": 'type: "Pooling" pooling_param { kernel_size: 3 stride: 2 }',
    "mean": 'type: "Pooling" pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }',
    "global": 'type: "Pooling" pooling_param { pool: AVE global_pooling: true }',
    "within": 'type: "LRN" lrn_param { norm_region: WITHIN_CHANNEL local_size: 3 }',
    "prelu": 'type: "PReLU"',
    "leaky": 'type: "ReLU" relu_param { negative_slope: 0.1 }',
    "elu": 'type: "ELU"',
    "power": 'type: "Power" power_param { power: 2 scale: 0.5 shift: 1 }',
    "exp": 'type: "Exp" exp_param { base: 2 scale: 0.5 shift: 1 }',
    "clip": 'type: "Clip" clip_param { min: -0.5 max: 0.5 }',
    "threshold": 'type: "Threshold" threshold_param { threshold: 0.2 }',
    "swish": 'type: "Swish" swish_param { beta: 2 }',
    "reshape": 'type: "Reshape" reshape_param { shape { dim: 0 dim: -1 dim: 7 } }',
    "flatten": 'type: "Flatten" flatten_param { axis: 2 }',
    "bias": 'type: "Bias"',
    "wide": 'type: "Scale" scale_param { axis: 2 num_axes: 2 filler { type: "gaussian" } }',
    "tile": 'type: "Tile" tile_param { axis: 2 tiles: 3 }',
    "softmax": 'type: "Softmax" softmax_param { axis: 2 }',
    "abs": 'type: "AbsVal"',
    "bnll": 'type: "BNLL"',
}


def exported(case: Path, layers: str) -> None:
    """Export a net of one input and some layers; the command compares it."""
    shape = "input_param { shape { dim: 2 dim: 4 dim: 6 dim: 7 } }"
    (case / "one.prototxt").write_text(
        f'layer {{ name: "x" type: "Input" top: "x" {shape} }}' + layers
    )
    ran = export(CliRunner(), ["one.prototxt", "one.onnx", "--random-weights"])
    assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_agrees(case: Path, name: str) -> None:
    exported(case, f'layer {{ name: "y" {LAYERS[name]} bottom: "x" top: "y" }}')


@pytest.mark.parametrize(
    "eltwise", ["operation: MAX", "operation: PROD", "coeff: 2 coeff: 1 coeff: -1", ""]
)
def test_layers_of_several_blobs_agree(case: Path, eltwise: str) -> None:
    exported(
        case,
        f"""
layer {{ name: "cut" type: "Slice" bottom: "x" top: "a" top: "b"
  slice_param {{ axis: 1 slice_point: 2 }} }}
layer {{ name: "relu" type: "ReLU" bottom: "a" top: "a" }}
layer {{ name: "drop" type: "Dropout" bottom: "a" top: "c" }}
layer {{ name: "e" type: "Eltwise" bottom: "a" bottom: "b" bottom: "c" top: "e"
  eltwise_param {{ {eltwise} }} }}
layer {{ name: "join" type: "Concat" bottom: "e" bottom: "b" top: "join" }}
layer {{ name: "tanh" type: "TanH" bottom: "join" top: "join" }}
""",
    )


def test_layers_without_a_form_are_all_listed(case: Path) -> None:
    mvn = 'layer { name: "m" type: "MVN" bottom: "x" top: "m" }'
    pool = """layer { name: "p" type: "Pooling" bottom: "m" top: "p"
      pooling_param { pool: STOCHASTIC kernel_size: 2 } }"""
    shape = "input_param { shape { dim: 1 dim: 2 dim: 3 dim: 3 } }"
    net = f'layer {{ name: "x" type: "Input" top: "x" {shape} }}' + mvn + pool
    (case / "bad.prototxt").write_text(net)
    ran = export(CliRunner(), ["bad.prototxt", "out.onnx", "--random-weights"])
    assert ran.exit_code == 2
    assert "layer 'm': the type MVN; layer 'p': pool: STOCHASTIC" in ran.stderr
