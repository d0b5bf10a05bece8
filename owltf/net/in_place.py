"""Layers in place after layers in place, where Caffe's backward pass reads changed memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from owltf.caffe.net.graph import Graph, is_in_place
from owltf.convert.context import NetContext

# The types whose backward pass in Caffe reads their top, and those that read their bottom, which in
# place is the same memory. Those that keep a copy, such as BatchNorm, Scale and PReLU, are neither.
_READ_TOP = {"ELU", "Exp", "LRN", "MVN", "Sigmoid", "Softmax", "TanH"}
_READ_BOTTOM = {"BNLL", "Clip", "Log", "Power", "ReLU", "Swish"}


def in_place_notes(graph: Graph, context: NetContext) -> Iterator[str]:
    """Yield a sentence for each layer whose gradients are the true ones here, and not in Caffe.

    Args:
        graph: the net's layers.
        context: what the net is built with.
    """
    if context.phase != "TRAIN":
        return
    makers: dict[str, Any] = {}
    for layer in graph.layers:
        parameter = layer.parameter
        for index, blob in enumerate(parameter.top):
            before = makers.get(blob)
            if is_in_place(parameter, index) and before and _matters(before, parameter, blob):
                yield (
                    f"Layer '{parameter.name}' works in place on what '{before.name}' needs for its"
                    " gradient: owltf computes the true gradient, Caffe reads the changed values"
                )
            makers[blob] = parameter


def _matters(before: Any, after: Any, blob: str) -> bool:
    """Return whether a layer reads its blob backwards, and the next one makes it another number."""
    in_place = blob in before.bottom
    if not (before.type in _READ_TOP or (in_place and before.type in _READ_BOTTOM)):
        return False
    if before.type == "Power" and not _reads_bottom(before.power_param):
        return False
    # Where a rectifier changes a value, no gradient comes back.
    if after.type == "ReLU" and not after.relu_param.negative_slope:
        return False
    return not (after.type == "Dropout" and before.type == "ReLU")


def _reads_bottom(power: Any) -> bool:
    return bool(power.power not in (0, 1) and power.scale)
