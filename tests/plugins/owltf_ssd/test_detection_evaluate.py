from __future__ import annotations

from pathlib import Path

import numpy as np
import owltf_ssd
import pytest

from owltf.api import OwltfError
from owltf.testing import one_layer, run_layer, use_plugins

TRUTH = [
    # Image, label, instance, box, difficult.
    [0, 1, 0, 0.1, 0.1, 0.5, 0.5, 0],
    [0, 1, 1, 0.6, 0.6, 0.9, 0.9, 1],
    [1, 2, 0, 0.0, 0.0, 0.4, 0.4, 0],
]
FOUND = [
    # Image, label, score, box.
    [0, 1, 0.9, 0.1, 0.1, 0.5, 0.48],
    [0, 1, 0.95, 0.1, 0.1, 0.5, 0.5],
    [0, 1, 0.8, 0.6, 0.6, 0.9, 0.9],
    [0, 2, 0.7, 0.0, 0.0, 0.4, 0.4],
    [1, 2, 0.6, 0.0, 0.0, 0.4, 0.3],
    [2, 1, 0.5, 0.0, 0.0, 0.4, 0.3],
]


def evaluated(fields: str, found: list[list[float]] = FOUND) -> np.ndarray:
    classes = "" if "num_classes" in fields else "num_classes: 3"
    param = f"detection_evaluate_param {{ {classes} {fields} }}"
    bottoms = [np.array(each)[None, None] for each in (found, TRUTH)]
    with use_plugins(owltf_ssd):
        net = one_layer(f'type: "DetectionEvaluate" {param}', *(each.shape for each in bottoms))
        top: np.ndarray = run_layer(net, bottoms, phase="TEST").tops[0]
    return top


def test_right_and_wrong() -> None:
    top = evaluated("")
    assert top.shape == (1, 1, 8, 5)
    np.testing.assert_array_equal(top[0, 0, :2], [[-1, 1, 2, -1, -1], [-1, 2, 1, -1, -1]])
    marks = [[0, 1], [1, 0], [1, 0], [0, 1], [1, 0], [0, 1]]
    np.testing.assert_array_equal(top[0, 0, 2:, 3:], marks)
    np.testing.assert_allclose(top[0, 0, 2:, :3], np.array(FOUND)[:, :3])


def test_difficult_boxes_may_be_left_out() -> None:
    top = evaluated("evaluate_difficult_gt: false")
    np.testing.assert_array_equal(top[0, 0, :2, 2], [1, 1])
    np.testing.assert_array_equal(top[0, 0, 4, 3:], [0, 0])


def test_the_threshold() -> None:
    np.testing.assert_array_equal(evaluated("overlap_threshold: 0.8")[0, 0, 6, 3:], [0, 1])


def test_rows_without_a_detection_are_no_detections() -> None:
    assert evaluated("", [[0, -1, -1, -1, -1, -1, -1]]).shape == (1, 1, 2, 5)


def test_sizes_make_boxes_of_pixels(tmp_path: Path) -> None:
    # In 10x10 pixels the overlap of image 1 is 5 * 4 / 25 = 0.8 of the box, not 0.75.
    sizes = tmp_path / "sizes.txt"
    sizes.write_text("a 10 10\nb 10 10\n\nc 10 10\n")
    fields = f'name_size_file: "{sizes}" overlap_threshold: 0.79'
    np.testing.assert_array_equal(evaluated(fields)[0, 0, 6, 3:], [1, 0])
    np.testing.assert_array_equal(evaluated("overlap_threshold: 0.79")[0, 0, 6, 3:], [0, 1])
    sizes.write_text("a 10\n")
    with pytest.raises(OwltfError, match=r"sizes.txt:1: expected a name, a height and a width"):
        evaluated(fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [("num_classes: 0", "needs num_classes"), ("resize_param { height: 3 }", "resize_param")],
)
def test_refusals(fields: str, said: str) -> None:
    with pytest.raises(OwltfError, match=said):
        evaluated(fields)
