from __future__ import annotations

import numpy as np
import owltf_exporter
import owltf_yolo
import pytest

from owltf.testing import check_forms, one_layer, use_plugins

FIELDS = """
    type: "YoloDetectionOutput" yolo_detection_output_param {
      num_classes: 2 num_box: 1 biases: 0.7 biases: 1.2 confidence_threshold: 0.4
    }
"""


@pytest.mark.parametrize("sure", [0.0, -9.0])
def test_onnxruntime_finds_the_same(sure: float) -> None:
    pytest.importorskip("onnxruntime")
    values = np.random.default_rng(2).standard_normal((2, 7, 4, 4)).astype(np.float32)
    values[:, 4] += sure
    with use_plugins(owltf_yolo, owltf_exporter):
        check_forms(one_layer(FIELDS, values.shape), [values])
