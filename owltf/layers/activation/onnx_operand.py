"""Adds the factor or term of a Scale or Bias layer to an ONNX graph, shaped for broadcasting."""

from __future__ import annotations

import numpy as np

from owltf.convert.onnx_node import OnnxNode


def blob_operand(node: OnnxNode, part: str, blob: np.ndarray, axis: int) -> str:
    """Add a parameter blob that lies along the bottom's axes from `axis` on; return its name."""
    after = len(node.shape) - node.axis(axis) - blob.ndim
    return node.constant(part, blob.reshape((*blob.shape, *(1,) * (after if blob.ndim else 0))))


def bottom_operand(node: OnnxNode, axis: int) -> str:
    """Shape the second bottom, which lies along the first one's axes from `axis` on."""
    rank = len(node.shape_of(node.bottoms[1]))
    after = len(node.shape) - node.axis(axis) - rank if rank else 0
    if not after:
        return node.bottoms[1]
    axes = node.constant("axes", range(rank, rank + after), np.int64)
    return node.add("Unsqueeze", node.bottoms[1], axes, part="wide")
