"""Writes a recurrent layer into an ONNX graph, one step after the other.

The number of steps is the prototxt's. Each call starts from zeros or, with `expose_hidden`, from
the states that are its inputs: an ONNX model keeps nothing from one call to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from owltf.convert.onnx_node import OnnxNode


def times(node: OnnxNode, blobs: Sequence[np.ndarray]) -> list[tuple[str, str]]:
    """Add the inputs' part of the gates at each time; return its name and the marker's.

    Args:
        node: the layer.
        blobs: the weights of the input, its bias, and the weights of an input without time if there
            is one.
    """
    time, streams = node.shape[:2]
    x, (kernel, bias, *static) = node.x, blobs
    if len(node.shape) > 3:
        x = node.reshape(x, (time, streams, prod(node.shape[2:])), part="values")
    products = node.add("MatMul", x, node.constant("kernel", kernel.T), part="products")
    gates = node.add("Add", products, node.constant("bias_in", bias), part="inputs")
    if static:
        same = node.add("Flatten", node.bottoms[2], part="static", axis=1)
        matrix = node.constant("static_kernel", static[0].T)
        always = node.add("MatMul", same, matrix, part="always")
        gates = node.add("Add", gates, always, part="all_inputs")
    keep = node.reshape(node.bottoms[1], (time, streams, 1), part="markers")
    return list(zip(_cut(node, gates, time), _cut(node, keep, time), strict=True))


def _cut(node: OnnxNode, blob: str, count: int) -> list[str]:
    """Split a blob into one for each time."""
    if count == 1:
        return [blob]
    parts = [f"{blob}:{time}" for time in range(count)]
    node.add_several("Split", blob, tops=parts, axis=0)
    return parts


def first_states(node: OnnxNode, count: int) -> list[str]:
    """Return the states before the first time: the last bottoms, or zeros."""
    param = node.parameter.recurrent_param
    if param.expose_hidden:
        return list(node.bottoms[-count:])
    zeros = np.zeros((1, node.shape[1], param.num_output))
    return [node.constant(f"zeros{index}", zeros) for index in range(count)]


def with_before(node: OnnxNode, gates: str, keep: str, h: str, matrix: str, part: str) -> str:
    """Add the part of a step's gates that comes from the hidden state before it.

    Args:
        node: the layer.
        gates: the inputs' part of the gates.
        keep: the markers, 0 where a sequence begins.
        h: the hidden state.
        matrix: the weights from the hidden state to the gates.
        part: a word for the step.
    """
    kept = node.add("Mul", keep, h, part=f"{part}:kept_h")
    inner = node.add("MatMul", kept, matrix, part=f"{part}:inner")
    return node.add("Add", gates, inner, part=f"{part}:gates")


def expose(node: OnnxNode, states: Sequence[str]) -> None:
    """Make the last states the layer's further tops, if it has any."""
    for state, top in zip(states, node.tops[1:], strict=False):
        node.add("Identity", state, top=top)
