"""`owltf detect` as its users call it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import owltf_detector
import owltf_exporter
import owltf_ssd
import pytest
from click.testing import CliRunner
from owltf_detector.command import detect

from owltf.testing import use_plugins

# All that it finds is the prior in the middle of the image, with a fixed score.
NET = """
    layer {
      name: "data" type: "Input" top: "data"
      input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } }
    }
    layer {
      name: "loc" type: "Convolution" bottom: "data" top: "loc"
      convolution_param { num_output: 4 kernel_size: 8 weight_filler { type: "constant" } }
    }
    layer {
      name: "conf" type: "Convolution" bottom: "data" top: "conf"
      convolution_param {
        num_output: 2 kernel_size: 8 weight_filler { type: "constant" }
        bias_filler { type: "constant" value: 0.75 }
      }
    }
    layer {
      name: "priors" type: "PriorBox" bottom: "loc" bottom: "data" top: "priors"
      prior_box_param { min_size: 4 }
    }
    layer {
      name: "found" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "priors"
      top: "boxes" detection_output_param { num_classes: 2 }
    }
"""

Detect = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Detect]:
    """Call the command in a folder with a net and an image of 40x20 pixels."""
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(NET)
    cv2.imwrite("cat.png", np.full((20, 40, 3), 90, np.uint8))
    with use_plugins(owltf_ssd, owltf_detector, owltf_exporter) as registry:
        yield lambda *words: CliRunner().invoke(
            detect, ["net.prototxt", *words, "--random-weights"], obj=registry
        )


def test_boxes_in_pixels(run: Detect) -> None:
    result = run("cat.png", "cat.png", "cat.png")
    assert result.exit_code == 0, result.output
    line = "cat.png\t1\t0.7500\t10.0\t5.0\t30.0\t15.0\n"
    assert result.stdout == line * 3


@pytest.mark.parametrize("engine", ["onnxruntime", "auto"])
def test_another_engine_finds_the_same(run: Detect, engine: str) -> None:
    result = run("cat.png", "cat.png", "cat.png", "--engine", engine)
    assert result.exit_code == 0, result.output
    assert "Computed by onnxruntime\n" in result.stderr
    assert result.stdout == "cat.png\t1\t0.7500\t10.0\t5.0\t30.0\t15.0\n" * 3


def test_an_engine_that_is_not_there_is_named(run: Detect) -> None:
    found = run("cat.png", "--engine", "openvino").exception
    assert str(found).startswith("engine openvino: there is no such engine: known: ")


def test_json_names_and_drawings(run: Detect) -> None:
    Path("map.prototxt").write_text('item { name: "c" label: 1 display_name: "a cat" }')
    Path("drawn").mkdir()
    result = run("cat.png", "cat.png", "--json", "--labels", "map.prototxt", "--draw", "drawn")
    assert result.exit_code == 0, result.output
    first, second = json.loads(result.stdout)
    assert first["objects"] == [
        {
            "class": 1,
            "name": "a cat",
            "score": 0.75,
            "left": 10,
            "top": 5,
            "right": 30,
            "bottom": 15,
        }
    ]
    assert (first["drawing"], second["drawing"]) == ("drawn/cat.png", "drawn/cat-2.png")
    drawn = cv2.imread("drawn/cat.png")
    assert drawn is not None
    assert drawn.shape == (20, 40, 3)
    assert (drawn[15, 10:30] != 90).any(1).all()


def test_a_threshold(run: Detect) -> None:
    assert run("cat.png", "--threshold", "0.8").stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none.png",), "none.png"),
        (("cat.png", "--draw", "nowhere"), "--draw nowhere: there is no such folder"),
        (("cat.png", "--labels", "nothing"), "nothing"),
    ],
)
def test_refusals(run: Detect, words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code
    assert said in f"{result.output}{result.exception}"
