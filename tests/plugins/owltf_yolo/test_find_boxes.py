from __future__ import annotations

import numpy as np
import tensorflow as tf
from owltf_yolo.find_boxes import kept_boxes

BOXES = tf.constant([[[0, 0, 1, 1], [0, 0, 1, 0.9], [2, 2, 3, 3]]] * 2, tf.float32)
LABELS = tf.constant([[1, 0, 4]] * 2, tf.int64)
SCORES = tf.constant([[0.5, 0.8, 0.6], [0.1, 0.1, 0.1]])


def found(threshold: float) -> np.ndarray:
    options = {"threshold": threshold, "overlap": 0.5}
    rows: np.ndarray = kept_boxes(BOXES, LABELS, SCORES, options).numpy()
    return rows


def test_worse_boxes_are_dropped_image_by_image() -> None:
    wanted = [[0, 1, 0.8, 0, 0, 1, 0.9], [0, 5, 0.6, 2, 2, 3, 3]]
    np.testing.assert_allclose(found(0.2)[0, 0], wanted, rtol=1e-6)
    assert found(0.05).shape == (1, 1, 4, 7)


def test_no_box() -> None:
    np.testing.assert_array_equal(found(0.9)[0, 0], [[0, *[-1] * 6], [1, *[-1] * 6]])
