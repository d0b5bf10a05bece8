"""Layers give what real Caffe recorded, exported to ONNX and as a program too."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from export_case import export
from oracle_case import ORACLE, Case, assert_close
from owltf_exporter.export_job import Exported
from owltf_exporter.formats import python_file

from owltf.testing import LAYER, net_of

# Losses and the like, which a served net lacks, and BatchNorm's pass in training.
NOT_SERVED = (
    "accuracy",
    "bn_2d_train",
    "bn_train",
    "contrastive",
    "euclidean",
    "hinge",
    "infogain",
    "multinomial",
    "sigmoidce",
    "softmaxloss",
)
CASES = sorted(
    path.stem for path in ORACLE.glob("*.prototxt") if not path.stem.startswith(NOT_SERVED)
)


def exported(case: Case) -> Exported:
    """Return a case's net as the formats take it."""
    net = net_of(case.net)
    if case.params:
        net.set_params({LAYER: case.params})
    return Exported(net)


def layer_of(net: Exported) -> Any:
    """Return the `LayerParameter` of the layer that the case is about."""
    return next(each.parameter for each in net.net.graph.layers if each.name == LAYER)


def tops(net: Exported) -> list[str]:
    """Return the names of its tops."""
    return list(layer_of(net).top)


def inputs(case: Case, net: Exported) -> dict[str, np.ndarray]:
    """Return the recorded bottoms by name."""
    return dict(zip(layer_of(net).bottom, case.bottoms, strict=True))


def check(case: Case, net: Exported, made: Mapping[str, Any]) -> None:
    """Compare what an export gave with what Caffe gave."""
    for index, top in enumerate(tops(net)):
        assert_close(made[top], case.recorded[f"top/{index}"], top)


@pytest.mark.parametrize("name", CASES)
def test_onnx(name: str, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    from owltf_exporter.formats import onnx_file

    case = Case.read(name)
    net = exported(case)
    onnx_file.write(net, tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    made = session.run(tops(net), inputs(case, net))
    check(case, net, dict(zip(tops(net), made, strict=True)))


# OpenCV has no tops whose size the data say, and no nets without inputs.
@pytest.mark.parametrize("name", [name for name in CASES if name not in ("filter", "parameter")])
def test_onnx_in_opencv(name: str, tmp_path: Path) -> None:
    cv2: Any = pytest.importorskip("cv2", reason="OpenCV is not installed")
    if cv2.__version__ < "5":
        pytest.skip("OpenCV 4 lacks operations of ONNX, and can crash on them")
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from owltf_exporter.formats import onnx_file

    case = Case.read(name)
    net = exported(case)
    onnx_file.write(net, tmp_path / "net.onnx")
    model = cv2.dnn.readNetFromONNX(str(tmp_path / "net.onnx"))
    for bottom, array in inputs(case, net).items():
        model.setInput(np.ascontiguousarray(array), bottom)
    for index, top in enumerate(tops(net)):
        wanted = case.recorded[f"top/{index}"]
        # It gives a number as an array of one.
        assert_close(model.forward(top).reshape(wanted.shape), wanted, top)


# A net without inputs gives the same at each call, and is not exported.
@pytest.mark.parametrize("name", [name for name in CASES if name != "parameter"])
def test_a_program(name: str, tmp_path: Path) -> None:
    if name == "crop" and version("keras") < "3.13":
        pytest.skip("Keras 3.12 makes no model with an input that no layer takes")
    case = Case.read(name)
    net = exported(case)
    python_file.write(net, tmp_path / "net.py")
    made = python_file.load_program(tmp_path / "net.py").build()(inputs(case, net))
    check(case, net, made)


# One layer 'y' each, of bottoms x (2, 4, 6, 7) and others.
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
    "softmax_over_all": 'type: "Softmax" softmax_param { axis: 0 }',
    "no_batch_at_all": 'type: "Convolution" convolution_param { axis: 0 num_output: 3 '
    'kernel_size: 3 weight_filler { type: "xavier" } }',
    "abs": 'type: "AbsVal"',
    "bnll": 'type: "BNLL"',
    "other_axis": 'type: "Convolution" convolution_param { axis: 2 num_output: 3 kernel_size: 3 '
    'weight_filler { type: "xavier" } }',
    "no_batch": 'type: "InnerProduct" inner_product_param { axis: 3 num_output: 3 '
    'weight_filler { type: "xavier" } }',
    "wide_steps": 'type: "Deconvolution" convolution_param { num_output: 2 kernel_size: 2 '
    'stride: 3 weight_filler { type: "xavier" } }',
    "wide_filters": 'type: "Deconvolution" convolution_param { num_output: 2 kernel_size: 3 '
    'dilation: 2 pad: 1 weight_filler { type: "xavier" } }',
    "columns": 'type: "Im2col" convolution_param { kernel_h: 2 kernel_w: 3 stride: 2 pad: 1 '
    "dilation: 2 }",
    "drawn": 'type: "Pooling" pooling_param { pool: STOCHASTIC kernel_size: 3 stride: 2 }',
    "floor": 'type: "Pooling" pooling_param { kernel_size: 2 stride: 2 round_mode: FLOOR }',
    "pyramid": 'type: "SPP" spp_param { pyramid_height: 3 pool: AVE }',
    "top_3": 'type: "ArgMax" argmax_param { top_k: 3 }',
    "top_3_values": 'type: "ArgMax" argmax_param { top_k: 3 out_max_val: true }',
    "top_2_channels": 'type: "ArgMax" argmax_param { top_k: 2 axis: 1 }',
    "top_2_of_channels": 'type: "ArgMax" argmax_param { top_k: 2 axis: 1 out_max_val: true }',
    "sum_of_all": 'type: "Reduction" reduction_param { axis: 0 coeff: 0.5 }',
    "sum_of_rows": 'type: "Reduction" reduction_param { axis: 3 operation: SUMSQ }',
    "mean_only": 'type: "MVN" mvn_param { normalize_variance: false across_channels: true }',
    # Beside values of about 1 it is half the result.
    "large_eps": 'type: "MVN" mvn_param { eps: 1 }',
    "large_eps_across": 'type: "MVN" mvn_param { eps: 0.5 across_channels: true }',
    "copies": 'type: "Tile" tile_param { axis: 0 tiles: 2 }',
    "join": 'type: "Concat" bottom: "x" concat_param { axis: 0 }',
    "log": 'type: "Log" bottom: "positive" log_param { base: 2 scale: 2 shift: 1 }',
    "shared_slope": 'type: "PReLU" prelu_param { channel_shared: true }',
    "by_weights": 'type: "Scale" bottom: "weights" scale_param { axis: 1 bias_term: true }',
    "plus_weights": 'type: "Bias" bottom: "weights" bias_param { axis: 1 }',
    "sequences": 'type: "LSTM" bottom: "go_on" recurrent_param { num_output: 5 '
    'weight_filler { type: "xavier" } }',
}
NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 4 dim: 6 dim: 7 } } }
"""
OTHERS = {
    "weights": """layer { name: "weights" type: "Parameter" top: "weights"
      parameter_param { shape { dim: 4 } } }""",
    "positive": 'layer { name: "positive" type: "AbsVal" bottom: "x" top: "positive" }',
    "go_on": """layer { name: "go_on" type: "Input" top: "go_on"
      input_param { shape { dim: 2 dim: 4 } } }""",
}
FORMATS = ["onnx", "py"]


def check_export(case: Path, layers: str, suffix: str, net: str = NET) -> None:
    """Export a net of an input and some layers; the command compares it."""
    (case / "one.prototxt").write_text(net + layers)
    ran = export(CliRunner(), ["one.prototxt", f"one.{suffix}", "--random-weights"])
    if "needs the package" in ran.stderr:
        pytest.skip(ran.stderr)
    assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_agrees(case: Path, name: str, suffix: str) -> None:
    layer = LAYERS[name]
    made = "".join(text for other, text in OTHERS.items() if f'"{other}"' in layer)
    bottom = "positive" if '"positive"' in layer else "x"
    kind, _, rest = layer.replace('bottom: "positive" ', "").partition(" bottom:")
    rest = f"bottom:{rest}" if rest else ""
    check_export(
        case, f'{made} layer {{ name: "y" bottom: "{bottom}" {kind} {rest} top: "y" }}', suffix
    )


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    "eltwise", ["operation: MAX", "operation: PROD", "coeff: 2 coeff: 1 coeff: -1", ""]
)
def test_layers_of_several_blobs_agree(case: Path, eltwise: str, suffix: str) -> None:
    check_export(
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
        suffix,
    )


OVER_TIME = """
layer { name: "x" type: "Input" top: "x" top: "go_on" top: "h0" top: "c0" top: "same"
  input_param { shape { dim: 3 dim: 2 dim: 4 } shape { dim: 3 dim: 2 }
    shape { dim: 1 dim: 2 dim: 5 } shape { dim: 1 dim: 2 dim: 5 } shape { dim: 2 dim: 6 } } }
layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "go_on" bottom: "same" bottom: "h0"
  bottom: "c0" top: "y" top: "h" top: "c"
  recurrent_param { num_output: 5 expose_hidden: true weight_filler { type: "xavier" } } }
layer { name: "rnn" type: "RNN" bottom: "y" bottom: "go_on" bottom: "h0" top: "z" top: "hz"
  recurrent_param { num_output: 5 expose_hidden: true weight_filler { type: "xavier" } } }
layer { name: "more" type: "RNN" bottom: "z" bottom: "go_on" bottom: "same" top: "more"
  recurrent_param { num_output: 3 weight_filler { type: "xavier" } } }
"""
ONE_STEP = """
layer { name: "x" type: "Input" top: "c0" top: "gates" top: "go_on"
  input_param { shape { dim: 1 dim: 3 dim: 4 } shape { dim: 1 dim: 3 dim: 16 }
    shape { dim: 1 dim: 3 } } }
layer { name: "unit" type: "LSTMUnit" bottom: "c0" bottom: "gates" bottom: "go_on"
  top: "c" top: "h" }
"""


@pytest.mark.parametrize("suffix", [*FORMATS, "keras", "caffemodel"])
@pytest.mark.parametrize("net", [OVER_TIME, ONE_STEP])
def test_states_go_in_and_out(case: Path, net: str, suffix: str) -> None:
    check_export(case, net, suffix, net="")


@pytest.mark.parametrize("window", ["kernel_size: 3 stride: 2 pad: 1", "global_pooling: true"])
def test_the_mask_of_a_pooling(case: Path, window: str) -> None:
    layer = 'layer { name: "y" type: "Pooling" bottom: "x" top: "y" top: "mask" pooling_param { '
    check_export(case, f"{layer} {window} }} }}", "onnx")
