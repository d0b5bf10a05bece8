"""The onnx format, in onnxruntime and in OpenCV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from export_case import Export, arrays_of, export
from owltf_exporter.random_weights import fill_zeros

from owltf.api import load_net

onnx = pytest.importorskip("onnx", reason="onnx is not installed: owltf[onnx]")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

ZOO = Path(__file__).parents[5] / "shared" / "zoo" / "prototxt"


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


def by_onnxruntime(path: Path, x: np.ndarray) -> np.ndarray:
    """Return `prob` as onnxruntime computes it."""
    made: np.ndarray = onnxruntime.InferenceSession(path).run(["prob"], {"data": x})[0]
    return made


def by_opencv(path: Path, x: np.ndarray) -> np.ndarray:
    """Return `prob` as OpenCV computes it."""
    cv2: Any = pytest.importorskip("cv2", reason="OpenCV is not installed")
    net = cv2.dnn.readNetFromONNX(str(path))
    net.setInput(x)
    made: np.ndarray = net.forward("prob")
    return made


@pytest.mark.parametrize("run_model", [by_onnxruntime, by_opencv])
def test_models_of_others_agree(zoo_model: Path, tmp_path: Path, run_model: Any) -> None:
    deploy, weights = str(zoo_model / "deploy.prototxt"), str(zoo_model / "weights.caffemodel")
    out = tmp_path / "net.onnx"
    ran = export(CliRunner(), [deploy, str(out), "--weights", weights])
    assert ran.exit_code == 0, ran.output
    expected = arrays_of(zoo_model / "expected.npz")
    made = run_model(out, expected["in:data"][:2])
    np.testing.assert_allclose(made, expected["caffe:prob"][:2], atol=1e-4)


@pytest.mark.parametrize(
    "name",
    [
        "forresti__SqueezeNet__SqueezeNet_v1.1_deploy",
        pytest.param("BVLC__caffe__models_bvlc_reference_caffenet_deploy", marks=pytest.mark.slow),
    ],
)
def test_well_known_nets_agree(name: str, tmp_path: Path) -> None:
    deploy = ZOO / f"{name}.prototxt"
    if not deploy.exists():
        pytest.skip(f"there is no {deploy}")
    out = tmp_path / "net.onnx"
    # What random weights make of whole images is far beyond what is computed here.
    arguments = [str(deploy), str(out), "--random-weights", "--tolerance", "0.001"]
    ran = export(CliRunner(), arguments)
    assert ran.exit_code == 0, ran.output
    net = load_net(deploy)
    fill_zeros(net)
    x = np.random.default_rng(0).standard_normal((2, 3, 227, 227), np.float32)
    wanted = net.forward({"data": x})["prob"]
    assert 1e-3 < wanted.max() < 0.9
    for made in (by_onnxruntime(out, x), by_opencv(out, x)):
        np.testing.assert_allclose(made, wanted, atol=1e-4)


def test_layers_without_a_form_are_all_listed(case: Path) -> None:
    norms = "".join(
        f'layer {{ name: "n{i}" type: "BatchNorm" bottom: "x" top: "n{i}" '
        "batch_norm_param { use_global_stats: false } }"
        for i in range(2)
    )
    shape = "input_param { shape { dim: 1 dim: 2 dim: 3 dim: 3 } }"
    net = f'layer {{ name: "x" type: "Input" top: "x" {shape} }}' + norms
    (case / "bad.prototxt").write_text(net)
    ran = export(CliRunner(), ["bad.prototxt", "out.onnx", "--random-weights"])
    assert ran.exit_code == 2
    reason = "use_global_stats: false"
    assert f"layer 'n0': {reason}; layer 'n1': {reason}" in ran.stderr
