"""The detections are those of the definition, in TensorFlow and in onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import owltf_exporter
import owltf_yolo
import pytest
from yolo_reference import detections

from owltf.api import OwltfError
from owltf.testing import check_forms, one_layer, run_layer, use_plugins

V2 = """
    type: "YoloDetectionOutput" yolo_detection_output_param {
      num_classes: 3 num_box: 2 biases: 0.7 biases: 1.2 biases: 2.5 biases: 1.5
      confidence_threshold: 0.2
    }
"""
V3 = """
    type: "Yolov3DetectionOutput" yolov3_detection_output_param {
      num_classes: 3 num_box: 2 nms_threshold: 0.4 confidence_threshold: 0.3
      biases: 10 biases: 14 biases: 23 biases: 27 biases: 37 biases: 58 biases: 81 biases: 82
      mask: 2 mask: 3 mask: 0 mask: 1 anchors_scale: 32 anchors_scale: 16
    }
"""
ANCHORS = np.array([[10, 14], [23, 27], [37, 58], [81, 82]])


def maps(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    rng = np.random.default_rng(4)
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def check(fields: str, bottoms: list[np.ndarray], wanted: np.ndarray) -> None:
    net = one_layer(fields, *(bottom.shape for bottom in bottoms))
    with use_plugins(owltf_yolo, owltf_exporter):
        top: Any = run_layer(net, bottoms, phase="TEST").tops[0]
        check_forms(net, bottoms)
    assert len(wanted) > 2
    assert top.shape == (1, 1, len(wanted), 7)
    np.testing.assert_allclose(top[0, 0], wanted, rtol=1e-4, atol=1e-5)


def test_yolov2() -> None:
    bottoms = maps((2, 16, 5, 5))
    sizes = [np.array([[0.7, 1.2], [2.5, 1.5]]) / 5]
    check(V2, bottoms, detections(bottoms, sizes, exclusive=True, least=0.2, most=0.45))


def test_yolov3() -> None:
    bottoms = maps((2, 16, 3, 3), (2, 16, 6, 6))
    sizes = [ANCHORS[2:] / 96, ANCHORS[:2] / 96]
    check(V3, bottoms, detections(bottoms, sizes, exclusive=False, least=0.3, most=0.4))


@pytest.mark.parametrize(
    ("fields", "shapes", "said"),
    [
        (V2, [(1, 17, 5, 5)], "2 anchors and 3 classes need 16 channels"),
        (V3, [(1, 16, 3, 3)], "1 bottoms need as many groups"),
        (V2.replace("num_box", "coords: 5 num_box"), [(1, 16, 5, 5)], "coords: 5"),
        (V3.replace("num_box", "gaussian_box: true num_box"), [(1, 16, 3, 3)], "gaussian_box"),
    ],
)
def test_refusals(fields: str, shapes: list[tuple[int, ...]], said: str) -> None:
    with use_plugins(owltf_yolo), pytest.raises(OwltfError, match=said):
        run_layer(one_layer(fields, *shapes), maps(*shapes))
