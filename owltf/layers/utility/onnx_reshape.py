"""Writes layers that only change their bottom's shape into an ONNX graph."""

from __future__ import annotations

from owltf.convert.onnx_node import OnnxNode


def reshape_to_top(node: OnnxNode) -> None:
    """Add an operation that gives the bottom the top's shape; the batch stays open."""
    before, after = node.shape, node.top_shape
    if len(after) == 2 and after[0] == before[0]:
        node.add("Flatten", node.x, axis=1)
        return
    node.reshape(node.x, (0 if before[0] == after[0] else -1, *after[1:]) if after else ())
