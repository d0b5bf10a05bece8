from __future__ import annotations

import numpy as np
import tensorflow as tf
from owltf_yolo.truth import alike, best_overlaps, cells_of, is_last, overlaps, read_truth
from yolo_reference import overlap

BOXES = [[0.5, 0.5, 0.4, 0.2], [0.52, 0.5, 0.2, 0.3], [0.9, 0.1, 0.1, 0.1]]
LABELS = np.array([[3, *BOXES[0], 1, *BOXES[2], 0, 0, 0, 0, 0, 2, *BOXES[1]]], np.float32)


def test_boxes_end_before_the_first_without_a_width() -> None:
    truth = read_truth(LABELS)
    np.testing.assert_array_equal(truth.is_there, [[True, True, False, False]])
    np.testing.assert_array_equal(truth.label[0, :2], [3, 1])
    np.testing.assert_allclose(truth.box[0, 1], BOXES[2])


def test_overlaps() -> None:
    boxes = tf.constant(BOXES)
    found = overlaps(boxes[:, None], boxes[None]).numpy()
    wanted = [[overlap(first, second) for second in BOXES] for first in BOXES]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    best = best_overlaps(tf.reshape(boxes[1], (1, 1, 1, 1, 4)), read_truth(LABELS))
    np.testing.assert_allclose(best, np.reshape(wanted[0][1], (1, 1, 1, 1)), rtol=1e-5)


def test_the_likest_anchor() -> None:
    anchors = tf.constant([[0.1, 0.1], [0.3, 0.3], [0.4, 0.15]])
    np.testing.assert_array_equal(alike(tf.constant([[[0.4, 0.2], [0.1, 0.2]]]), anchors), [[2, 0]])


def test_the_last_of_one_place() -> None:
    places = tf.constant([[[1, 1, 0], [1, 1, 0], [1, 2, 0], [1, 1, 0]]])
    counts = tf.constant([[True, True, True, False]])
    np.testing.assert_array_equal(is_last(places, counts), [[False, True, True, False]])


def test_cells() -> None:
    np.testing.assert_array_equal(cells_of(read_truth(LABELS), 10, 5)[0, :2], [[5, 2], [1, 4]])
