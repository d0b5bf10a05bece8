"""The tflite format, in its interpreter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from export_case import Export

from owltf.api import load_net

interpreter = pytest.importorskip(
    "ai_edge_litert.interpreter", reason="ai-edge-litert is not installed: owltf[tflite]"
)


def test_the_small_net_agrees(run: Export, case: Path) -> None:
    ran = run("small.tflite")
    assert ran.exit_code == 0, ran.output
    runner = interpreter.Interpreter(str(case / "small.tflite")).get_signature_runner()
    x = np.random.default_rng(0).standard_normal((3, 3, 14, 14)).astype(np.float32)
    net = load_net("deploy.prototxt", weights="net.caffemodel")
    scores = net.forward({"data": x})["fc"]
    exps = np.exp(scores - scores.max(1, keepdims=True))
    np.testing.assert_allclose(runner(data=x)["prob"], exps / exps.sum(1, keepdims=True), atol=1e-4)


def test_smaller_forms_are_smaller(run: Export, case: Path) -> None:
    (case / "images").mkdir()
    for number in range(4):
        image = np.random.default_rng(number).integers(0, 256, (30, 20, 3)).astype(np.uint8)
        (case / "images" / f"{number}.png").write_bytes(tf.io.encode_png(image).numpy())
    assert run("float16.tflite", "--quantize", "float16").exit_code == 0
    ran = run("int8.tflite", "--quantize", "int8", "--calibration", "images")
    assert ran.exit_code == 0, ran.output
