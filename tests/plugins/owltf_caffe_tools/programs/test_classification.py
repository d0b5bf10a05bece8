"""classification, compared with the classes' probabilities."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from click.testing import Result

from owltf.api import load_net, save_weights
from owltf.caffe.schema.schema import load_schema

NET = """name: "tiny"
layer { name: "data" type: "Input" top: "data" input_param { shape {
  dim: 1 dim: 3 dim: 6 dim: 5 } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param {
  num_output: 7 weight_filler { type: "gaussian" std: 0.01 } } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }
"""


def test_the_five_best(here: Path, owltf: Callable[..., Result]) -> None:
    Path("net.prototxt").write_text(NET)
    net = load_net("net.prototxt")
    save_weights(net, Path("net.caffemodel"))
    image = np.random.default_rng(0).integers(0, 256, (9, 8, 3), np.uint8)
    cv2.imwrite("a.png", image)
    blob = load_schema().message("BlobProto")(num=1, channels=3, height=1, width=1)
    blob.data.extend([10, 20, 30])
    Path("mean.binaryproto").write_bytes(blob.SerializeToString())
    Path("names.txt").write_text("".join(f"class {number}\n" for number in range(7)))
    words = ("net.prototxt", "net.caffemodel", "mean.binaryproto", "names.txt", "a.png")
    result = owltf("caffe-tool", "classification.bin", *words)
    assert result.exit_code == 0, result.output
    data = (
        cv2.resize(image, (5, 6)).transpose(2, 0, 1)[None] - np.float32([10, 20, 30])[:, None, None]
    )
    scores = net.forward({"data": data})["prob"][0]
    best = np.argsort(-scores)[:5]
    assert result.stdout.splitlines() == [
        "---------- Prediction for a.png ----------",
        *(f'{scores[number]:.4f} - "class {number}"' for number in best),
    ]
    Path("names.txt").write_text("one\n")
    result = owltf("caffe-tool", "classification.bin", *words)
    assert result.exit_code == 134
    assert "Number of labels is different from the output layer dimension: 1 vs. 7" in result.stderr
