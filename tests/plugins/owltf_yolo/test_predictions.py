from __future__ import annotations

import numpy as np
from owltf_yolo.predictions import candidates, centered_boxes, corners, split_map
from yolo_reference import box_of, cells, sigmoid

MAP = np.random.default_rng(1).standard_normal((2, 14, 3, 4)).astype(np.float32)
SIZES = [[0.2, 0.1], [0.3, 0.5]]


def test_maps_are_split_by_cell_and_anchor() -> None:
    split = split_map(MAP, 2, 2).numpy()
    for image, row, column, anchor, values in cells(MAP, 2):
        np.testing.assert_array_equal(split[image, row, column, anchor], values)


def test_boxes() -> None:
    found = centered_boxes(split_map(MAP, 2, 2), SIZES).numpy()
    for image, row, column, anchor, values in cells(MAP, 2):
        wanted = box_of(values, row, column, SIZES[anchor], MAP.shape)
        np.testing.assert_allclose(found[image, row, column, anchor], wanted, rtol=1e-5)


def test_corners() -> None:
    found = corners(np.array([[0.5, 0.4, 0.2, 0.6]], np.float32))
    np.testing.assert_allclose(found, [[0.4, 0.1, 0.6, 0.7]], rtol=1e-6)


def test_the_best_class() -> None:
    options = {"sizes": [SIZES], "classes": 2, "softmax": False}
    boxes, labels, scores = candidates([MAP], options)
    assert boxes.shape == (2, 24, 4)
    first = next(cells(MAP, 2))[-1]
    wanted = sigmoid(first[4]) * sigmoid(first[5:])
    assert labels[0, 0] == np.argmax(wanted)
    np.testing.assert_allclose(scores[0, 0], wanted.max(), rtol=1e-5)
