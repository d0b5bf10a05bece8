"""Writes the rows of detections in ONNX, which hold -1 where there are none."""

from __future__ import annotations

import numpy as np

from owltf.convert.onnx_node import OnnxNode


def add_detection_rows(node: OnnxNode, rows: str, by_image: str) -> None:
    """Add a layer's top (1, 1, rows, 7): its detections, or rows of -1 if there are none.

    Args:
        node: the layer.
        rows: the detections, (rows, 7).
        by_image: a blob with as many rows as there are images.

    The rows of a layer that finds none are one for each image: its number, then -1 six times.
    """
    images, empty = _empty(node, by_image)
    size = node.add("Shape", rows, part="found_shape")
    number = node.add("Gather", size, node.constant("i_n", [0], np.int64), part="n", axis=0)
    none = node.add("Equal", number, node.constant("nought", [0], np.int64), part="none")
    end = node.add("Cast", none, part="none_int", to=np.int64)
    end = node.add("Mul", end, images, part="end")
    start = node.constant("start", [0], np.int64)
    spare = node.add("Slice", empty, start, end, start, part="spare")
    every = node.add("Concat", rows, spare, part="all_rows", axis=0)
    node.reshape(every, (1, 1, -1, 7))


def _empty(node: OnnxNode, kept: str) -> tuple[str, str]:
    """Add the number of images, (1,), and a row for each that says that it has no detection."""
    sizes = node.add("Shape", kept, part="kept_sizes")
    first = node.constant("i_images", [0], np.int64)
    images = node.add("Gather", sizes, first, part="images", axis=0)
    bounds = (node.constant("from", 0, np.int64), node.constant("by", 1, np.int64))
    scalar = node.add("Squeeze", images, part="image_count")
    numbers = node.add("Range", bounds[0], scalar, bounds[1], part="numbers")
    numbers = node.add("Cast", numbers, part="numbersf", to=np.float32)
    column = node.reshape(numbers, (-1, 1), part="number")
    marks = node.constant("marks6", -np.ones((1, 6), np.float32))
    wide = node.constant("six", [6], np.int64)
    shape = node.add("Concat", images, wide, part="empty_sizes", axis=0)
    none = node.add("Expand", marks, shape, part="no_boxes")
    return images, node.add("Concat", column, none, part="empty", axis=1)
