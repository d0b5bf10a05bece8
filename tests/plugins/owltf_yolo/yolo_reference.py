"""YOLO's maps as its definition says, one prediction after the other, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np


def sigmoid(x: Any) -> Any:
    """Return 1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-np.asarray(x, np.float64)))


def softmax(x: Any) -> Any:
    """Return the softmax of one row."""
    powers = np.exp(x - np.max(x))
    return powers / powers.sum()


def overlap(first: Any, second: Any) -> float:
    """Return the shared part of two boxes given by centre, width and height."""
    sides = [
        min(first[i] + first[i + 2] / 2, second[i] + second[i + 2] / 2)
        - max(first[i] - first[i + 2] / 2, second[i] - second[i + 2] / 2)
        for i in (0, 1)
    ]
    if min(sides) < 0:
        return 0.0
    shared = sides[0] * sides[1]
    return float(shared / (first[2] * first[3] + second[2] * second[3] - shared))


def cells(values: np.ndarray, anchors: int) -> Any:
    """Yield image, row, column, anchor and the predictions of each, in the map's order."""
    images, channels, height, width = values.shape
    split = values.reshape(images, anchors, channels // anchors, height, width)
    for image in range(images):
        for row in range(height):
            for column in range(width):
                for anchor in range(anchors):
                    yield image, row, column, anchor, split[image, anchor, :, row, column]


def box_of(x: Any, row: int, column: int, size: Any, shape: Any) -> list[float]:
    """Return centre, width and height of a prediction, given its anchor in parts of the image."""
    height, width = shape[2:]
    return [
        (column + sigmoid(x[0])) / width,
        (row + sigmoid(x[1])) / height,
        np.exp(x[2]) * size[0],
        np.exp(x[3]) * size[1],
    ]


def detections(
    maps: list[np.ndarray], sizes: list[Any], *, exclusive: bool, least: float, most: float
) -> np.ndarray:
    """Return rows of image, label, score and corners, the best of each image first."""
    found = []
    for values, anchors in zip(maps, sizes, strict=True):
        for image, row, column, anchor, x in cells(values, len(anchors)):
            scores = (softmax(x[5:]) if exclusive else sigmoid(x[5:])) * sigmoid(x[4])
            box = box_of(x, row, column, anchors[anchor], values.shape)
            wanted = [int(np.argmax(scores))] if exclusive else range(len(scores))
            found += [(image, n, scores[n], box) for n in wanted if scores[n] > least]
    kept: list[Any] = []
    for each in sorted(found, key=lambda item: (item[0], -item[2])):
        if all(each[0] != k[0] or overlap(each[3], k[3]) < most for k in kept):
            kept.append(each)
    rows = [
        (image, label + 1, score, x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for image, label, score, (x, y, w, h) in kept
    ]
    return np.array(rows, np.float32)
