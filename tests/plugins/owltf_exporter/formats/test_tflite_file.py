"""The tflite format, in its interpreter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from export_case import Export, arrays_of, export
from strange_layer import exported

from owltf.api import load_net

interpreter = pytest.importorskip(
    "ai_edge_litert.interpreter", reason="ai-edge-litert is not installed: owltf[tflite]"
)


def test_the_small_net_agrees(run: Export, case: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ran = run("small.tflite")
    assert ran.exit_code == 0, ran.output
    assert "TensorFlow Lite" not in capfd.readouterr().err
    runner = interpreter.Interpreter(str(case / "small.tflite")).get_signature_runner()
    x = np.random.default_rng(0).standard_normal((3, 3, 14, 14)).astype(np.float32)
    net = load_net("deploy.prototxt", weights="net.caffemodel")
    scores = net.forward({"data": x})["fc"]
    exps = np.exp(scores - scores.max(1, keepdims=True))
    np.testing.assert_allclose(runner(data=x)["prob"], exps / exps.sum(1, keepdims=True), atol=1e-4)


def test_a_strangers_layer_is_exported_by_its_keras_layer(tmp_path: Path) -> None:
    from owltf_exporter.formats import tflite_file

    # It is called as one of ours.
    class Affine(tf.keras.layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs * 3 + 1

    made = exported(Affine)
    tflite_file.write(made, tmp_path / "net.tflite")
    assert tflite_file.check(made, tmp_path / "net.tflite").size < 1e-6


@pytest.mark.slow
def test_models_of_others_agree(zoo_model: Path, tmp_path: Path) -> None:
    deploy, weights = str(zoo_model / "deploy.prototxt"), str(zoo_model / "weights.caffemodel")
    out = str(tmp_path / "net.tflite")
    ran = export(CliRunner(), [deploy, out, "--weights", weights])
    assert ran.exit_code == 0, ran.output
    expected = arrays_of(zoo_model / "expected.npz")
    made = interpreter.Interpreter(out).get_signature_runner()(data=expected["in:data"][:2])
    np.testing.assert_allclose(made["prob"], expected["caffe:prob"][:2], atol=1e-4)


def test_smaller_forms_are_smaller(run: Export, case: Path) -> None:
    (case / "images").mkdir()
    for number in range(4):
        image = np.random.default_rng(number).integers(0, 256, (30, 20, 3)).astype(np.uint8)
        (case / "images" / f"{number}.png").write_bytes(tf.io.encode_png(image).numpy())
    assert run("float16.tflite", "--quantize", "float16").exit_code == 0
    ran = run("int8.tflite", "--quantize", "int8", "--calibration", "images")
    assert ran.exit_code == 0, ran.output


def test_a_net_of_any_size_is_written_for_its_own(case: Path) -> None:
    (case / "pools.prototxt").write_text(
        """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 4 dim: 7 dim: 9 } } }
layer { name: "y" type: "Pooling" bottom: "x" top: "y"
  pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }
"""
    )
    ran = export(CliRunner(), ["pools.prototxt", "pools.tflite", "--random-weights"])
    assert ran.exit_code == 0, ran.output


CROPPED = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
layer { name: "up" type: "Deconvolution" bottom: "x" top: "up"
  convolution_param { num_output: 1 kernel_size: 4 stride: 2 } }
layer { name: "cut" type: "Crop" bottom: "up" bottom: "x" top: "cut" }
layer { name: "both" type: "Concat" bottom: "cut" bottom: "cut" top: "both" }
layer { name: "y" type: "Convolution" bottom: "both" top: "y"
  convolution_param { num_output: 1 kernel_size: 1 } }
"""
OVER_TIME = """
layer { name: "x" type: "Input" top: "x" top: "keep"
  input_param { shape { dim: 5 dim: 2 dim: 3 } shape { dim: 5 dim: 2 } } }
layer { name: "y" type: "LSTM" bottom: "x" bottom: "keep" top: "y"
  recurrent_param { num_output: 4 weight_filler { type: "uniform" min: -1 max: 1 } } }
"""


@pytest.mark.parametrize("text", [CROPPED, OVER_TIME], ids=["cropped", "over_time"])
def test_sizes_and_steps_are_written_as_numbers(text: str, case: Path) -> None:
    (case / "net.prototxt").write_text(text)
    # The command runs the model and compares its outputs with the net's.
    ran = export(CliRunner(), ["net.prototxt", "net.tflite", "--random-weights"])
    assert ran.exit_code == 0, ran.output


def test_int8_is_learned_from_whole_sequences(case: Path) -> None:
    (case / "net.prototxt").write_text(OVER_TIME)
    options = ["--random-weights", "--quantize", "int8"]
    ran = export(CliRunner(), ["net.prototxt", "net.tflite", *options])
    assert ran.exit_code == 0, ran.output


def test_operations_that_it_lacks_are_named(
    run: Export, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(converter: Any) -> bytes:
        lines = [f"error: 'tf.{name}' op is neither a custom op nor a flex op" for name in "ABA"]
        raise ValueError("\n".join(["Could not translate", *lines]))

    monkeypatch.setattr(tf.lite.TFLiteConverter, "convert", convert)
    ran = run("out.tflite")
    assert ran.exit_code == 2
    assert "error: TensorFlow Lite cannot run the net: it has no tf.A, tf.B" in ran.stderr
    assert not (case / "out.tflite").exists()


def test_a_full_disk_is_not_blamed_on_tensorflow_lite(tmp_path: Path) -> None:
    from owltf_exporter.formats import tflite_file

    with pytest.raises(OSError, match="No such file"):
        tflite_file.write(exported(tf.keras.layers.Identity), tmp_path / "none" / "net.tflite")
