"""Writes YOLO's boxes in ONNX's own operations, NonMaxSuppression among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from owltf.api import OnnxNode, add_detection_rows


def add_boxes(node: OnnxNode, options: dict[str, Any], shapes: Sequence[Sequence[int]]) -> None:
    """Add the operations that compute what `find_boxes` does, for any number of images.

    Args:
        node: the layer.
        options: what `find_boxes` takes.
        shapes: the bottoms' shapes.
    """
    parts = [
        _of_map(node, bottom, place, options, shape)
        for place, (bottom, shape) in enumerate(zip(node.bottoms, shapes, strict=True))
    ]
    boxes = node.add("Concat", *(each[0] for each in parts), part="boxes", axis=1)
    scores = node.add("Concat", *(each[1] for each in parts), part="scores", axis=1)
    best = node.add("ReduceMax", scores, part="best", axes=[2], keepdims=0)
    labels = node.add("ArgMax", scores, part="labels", axis=2, keepdims=0)
    chosen = _chosen(node, options, boxes, best)
    both = node.constant("image_and_box", [0, 2], np.int64)
    places = node.add("Gather", chosen, both, part="places", axis=1)
    image = node.add("Gather", chosen, node.constant("image", [0], np.int64), part="who", axis=1)
    number = node.add("Cast", image, part="image_number", to=np.float32)
    label = node.add("GatherND", labels, places, part="found_labels")
    label = node.add("Cast", label, part="labelsf", to=np.float32)
    label = node.add("Add", label, node.constant("first_label", [1.0]), part="counted")
    columns = [
        number,
        node.reshape(label, (-1, 1), part="label"),
        node.reshape(node.add("GatherND", best, places, part="found"), (-1, 1), part="score"),
        node.add("GatherND", boxes, places, part="found_boxes"),
    ]
    add_detection_rows(node, node.add("Concat", *columns, part="found_rows", axis=1), best)


def _chosen(node: OnnxNode, options: dict[str, Any], boxes: str, best: str) -> str:
    count = node.add("Shape", best, part="best_shape")
    most = node.add("Gather", count, node.constant("i1", [1], np.int64), part="most", axis=0)
    own = node.add("Unsqueeze", best, node.constant("class", [1], np.int64), part="one_class")
    limits = [node.constant(name, [options[name]]) for name in ("overlap", "threshold")]
    return node.add("NonMaxSuppression", boxes, own, most, *limits, part="chosen")


def _of_map(
    node: OnnxNode, bottom: str, place: int, options: dict[str, Any], shape: Sequence[int]
) -> tuple[str, str]:
    """Add one map's boxes, (N, P, 4), and the scores of their classes, (N, P, classes)."""
    sizes, classes = options["sizes"][place], options["classes"]
    height, width = shape[2:]
    count = len(sizes) * height * width

    def named(part: str) -> str:
        return f"{part}{place}"

    split = (-1, len(sizes), 5 + classes, height, width)
    cells = node.reshape(bottom, split, part=named("split"))
    cells = node.add("Transpose", cells, part=named("cells"), perm=[0, 3, 4, 1, 2])
    parts = [f"{node.top}_{named(what)}" for what in ("xy", "wh", "object", "classes")]
    lengths = node.constant(named("lengths"), [2, 2, 1, classes], np.int64)
    node.add_several("Split", cells, lengths, tops=parts, axis=-1)
    rows, columns = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    corner = node.constant(named("corner"), np.stack([columns, rows], -1)[:, :, None])
    moved = node.add(
        "Add", node.add("Sigmoid", parts[0], part=named("in_cell")), corner, part=named("at")
    )
    center = node.add(
        "Div", moved, node.constant(named("grid"), [width, height]), part=named("center")
    )
    half = node.constant(named("half_anchors"), np.array(sizes) / 2)
    reach = node.add(
        "Mul", node.add("Exp", parts[1], part=named("factor")), half, part=named("reach")
    )
    sides = [node.add(kind, center, reach, part=named(kind)) for kind in ("Sub", "Add")]
    boxes = node.add("Concat", *sides, part=named("corners"), axis=-1)
    activated = (
        node.add("Softmax", parts[3], part=named("class"), axis=-1)
        if options["softmax"]
        else node.add("Sigmoid", parts[3], part=named("class"))
    )
    sure = node.add("Sigmoid", parts[2], part=named("sure"))
    scores = node.add("Mul", activated, sure, part=named("product"))
    return (
        node.reshape(boxes, (-1, count, 4), part=named("map_boxes")),
        node.reshape(scores, (-1, count, classes), part=named("map_scores")),
    )
