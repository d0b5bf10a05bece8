"""Writes detections in ONNX's own operations, NonMaxSuppression among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from owltf.api import OnnxNode, add_detection_rows


def add_detections(node: OnnxNode, options: dict[str, Any]) -> None:
    """Add the operations that compute what `detections` does, for any number of images.

    Args:
        node: the layer.
        options: what `detections` takes.
    """
    classes = options["num_classes"]
    count = node.shape_of(node.bottoms[2])[-1] // 4
    most = count if options["top_k"] < 0 else min(options["top_k"], count)
    best, boxes = _best(node, options, count, most)
    kept = _kept(node, options, best, boxes, (classes, most))
    kept = _limited(node, options, kept, best, (classes, most))
    _rows(node, kept, best, boxes)


def _best(node: OnnxNode, options: dict[str, Any], count: int, most: int) -> tuple[str, str]:
    """Add the best scores of each class, (N, C, K), and their boxes, (N, C, K, 4)."""
    classes = options["num_classes"]
    own = 1 if options["share_location"] else classes
    decoded = _decoded(node, options, (-1, count, own, 4))
    boxes = node.add("Transpose", decoded, part="by_class", perm=[0, 2, 1, 3])
    conf = node.reshape(node.bottoms[1], (-1, count, classes), part="conf")
    scores = node.add("Transpose", conf, part="scores", perm=[0, 2, 1])
    best, places = f"{node.top}_best", f"{node.top}_places"
    wanted = node.constant("most", [most], np.int64)
    node.add_several("TopK", scores, wanted, tops=[best, places], axis=-1)
    wide = node.constant("wide", [1, classes, count, 4], np.int64)
    expanded = node.add("Expand", boxes, wide, part="expanded")
    index = node.add("Unsqueeze", places, node.constant("last", [3], np.int64), part="index")
    four = node.constant("four", [1, classes, most, 4], np.int64)
    index = node.add("Expand", index, four, part="index4")
    return best, node.add("GatherElements", expanded, index, part="boxes", axis=2)


def _decoded(node: OnnxNode, options: dict[str, Any], shape: tuple[int, ...]) -> str:
    loc = node.reshape(node.x, shape, part="loc")
    priors = node.reshape(node.bottoms[2], (1, 2, shape[1], 1, 4), part="priors5")
    prior, variance = (
        node.add("Gather", priors, node.constant(f"i{i}", i, np.int64), part=f"prior{i}", axis=1)
        for i in range(2)
    )
    scaled = loc if options["scaled"] else node.add("Mul", loc, variance, part="scaled")
    low, high = _halves(node, prior, "prior")
    size = node.add("Sub", high, low, part="size")
    if options["code"] == "CORNER":
        return node.add("Add", prior, scaled, part="decoded")
    if options["code"] == "CORNER_SIZE":
        twice = node.add("Concat", size, size, part="sizes", axis=-1)
        moved = node.add("Mul", scaled, twice, part="moved")
        return node.add("Add", prior, moved, part="decoded")
    return _around_center(node, (low, high, size), scaled)


def _around_center(node: OnnxNode, prior: tuple[str, str, str], scaled: str) -> str:
    low, high, size = prior
    half = node.constant("half", 0.5)
    shift, stretch = _halves(node, scaled, "scaled")
    middle = node.add("Mul", node.add("Add", low, high, part="both"), half, part="middle")
    moved = node.add("Mul", shift, size, part="shift")
    center = node.add("Add", middle, moved, part="center")
    grown = node.add("Mul", node.add("Exp", stretch, part="factor"), size, part="grown")
    reach = node.add("Mul", grown, half, part="reach")
    corners = [node.add(kind, center, reach, part=f"corner{kind}") for kind in ("Sub", "Add")]
    return node.add("Concat", *corners, part="decoded", axis=-1)


def _halves(node: OnnxNode, blob: str, part: str) -> tuple[str, str]:
    names = [f"{node.top}_{part}_low", f"{node.top}_{part}_high"]
    sizes = node.constant(f"{part}_split", [2, 2], np.int64)
    node.add_several("Split", blob, sizes, tops=names, axis=-1)
    return names[0], names[1]


def _kept(
    node: OnnxNode, options: dict[str, Any], best: str, boxes: str, grid: tuple[int, int]
) -> str:
    """Add which boxes are kept, as ones in (N, C, K)."""
    classes, most = grid
    flat = node.reshape(boxes, (-1, most, 4), part="flat_boxes")
    scores = node.reshape(best, (-1, 1, most), part="flat_scores")
    limits = [
        node.constant("max_boxes", [most], np.int64),
        node.constant("iou", [options["nms_threshold"]]),
        node.constant("least", [options["threshold"]]),
    ]
    chosen = node.add("NonMaxSuppression", flat, scores, *limits, part="chosen")
    places = node.add("Gather", chosen, node.constant("cols", [0, 2], np.int64), part="at", axis=1)
    sizes = node.add("Shape", node.reshape(best, (-1, most), part="by_row"), part="sizes2")
    zeros = node.add("ConstantOfShape", sizes, part="zeros")
    rows = node.add("Shape", places, part="at_shape")
    rows = node.add("Gather", rows, node.constant("i_rows", [0], np.int64), part="rows", axis=0)
    ones = node.add("Expand", node.constant("one", [1.0]), rows, part="ones")
    grid_of = node.add("ScatterND", zeros, places, ones, part="marks")
    kept = node.reshape(grid_of, (-1, classes, most), part="kept")
    wanted = np.arange(classes)[:, None] != options["background"]
    return node.add("Mul", kept, node.constant("wanted", wanted), part="foreground")


def _limited(
    node: OnnxNode, options: dict[str, Any], kept: str, best: str, grid: tuple[int, int]
) -> str:
    """Add the marks of the `keep_top_k` best of each image alone."""
    classes, most = grid
    if not 0 <= options["keep_top_k"] < classes * most:
        return kept
    is_kept = node.add("Cast", kept, part="is_kept", to=np.bool_)
    ranked = node.add("Where", is_kept, best, node.constant("lowest", -3e38), part="ranked")
    ranked = node.reshape(ranked, (-1, classes * most), part="flat_ranked")
    names = [f"{node.top}_top_scores", f"{node.top}_top_places"]
    number = node.constant("keep", [options["keep_top_k"]], np.int64)
    node.add_several("TopK", ranked, number, tops=names, axis=-1)
    sizes = node.add("Shape", ranked, part="ranked_sizes")
    zeros = node.add("ConstantOfShape", sizes, part="none_top")
    sizes = node.add("Shape", names[1], part="top_sizes")
    ones = node.add("Expand", node.constant("one_top", [1.0]), sizes, part="all_top")
    marks = node.add("ScatterElements", zeros, names[1], ones, part="top_marks", axis=1)
    marks = node.reshape(marks, (-1, classes, most), part="top_grid")
    return node.add("Mul", kept, marks, part="limited")


def _rows(node: OnnxNode, kept: str, best: str, boxes: str) -> None:
    """Add the top, made of the boxes that are marked as kept."""
    places = node.add("NonZero", kept, part="nonzero")
    found = node.add("Transpose", places, part="found", perm=[1, 0])
    cols = node.constant("two", [0, 1], np.int64)
    who = node.add(
        "Cast", node.add("Gather", found, cols, part="who", axis=1), part="whof", to=np.float32
    )
    score = node.add("GatherND", best, found, part="found_scores")
    score = node.reshape(score, (-1, 1), part="score")
    where = node.add("GatherND", boxes, found, part="found_boxes")
    rows = node.add("Concat", who, score, where, part="found_rows", axis=1)
    add_detection_rows(node, rows, kept)
