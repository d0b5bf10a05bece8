"""Reshape: gives a blob another shape."""

from __future__ import annotations

from math import prod

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.layers.utility.onnx_reshape import reshape_to_top

Shape = tuple[int, ...]


class Reshape(LayerConverter):
    """Gives the same values another shape; a size 0 is copied, -1 is computed from the others."""

    caffe_type = "Reshape"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the same values, in Caffe's order."""
        start, end = _replaced(layer, bottom)
        before, after = bottom.shape[:start], bottom.shape[end:]
        wanted = _copied(layer, bottom, start)
        kept = prod((*before, *(size for size in wanted if size != -1), *after))
        left = prod(bottom.shape) // kept if kept else 0
        shape = (*before, *(left if size == -1 else size for size in wanted), *after)
        if prod(shape) != prod(bottom.shape) or min(wanted, default=0) < -1:
            raise layer.error(
                f"a bottom {bottom.shape} cannot take the shape {(*before, *wanted, *after)}"
            )
        return bottom.reshape(shape)

    def onnx(self, node: OnnxNode) -> None:
        """Write Flatten, or Reshape."""
        reshape_to_top(node)


def _replaced(layer: Layer, bottom: Blob) -> tuple[int, int]:
    """Return the first replaced axis and the one after the last."""
    param, rank = layer.parameter.reshape_param, bottom.rank
    # Counted from behind, -1 is the place after the last axis.
    start = param.axis if param.axis >= 0 else rank + param.axis + 1
    end = rank if param.num_axes == -1 else start + param.num_axes
    if not 0 <= start <= end <= rank:
        raise layer.error(
            f"axis {param.axis} and num_axes {param.num_axes} do not lie within "
            f"'{bottom.name}' {bottom.shape}"
        )
    return start, end


def _copied(layer: Layer, bottom: Blob, start: int) -> Shape:
    """Return the given sizes, with those that are 0 copied from the bottom."""
    wanted = tuple(layer.parameter.reshape_param.shape.dim)
    if wanted.count(-1) > 1:
        raise layer.error(f"at most one size may be -1; got {wanted}")
    if any(size == 0 and start + index >= bottom.rank for index, size in enumerate(wanted)):
        raise layer.error(f"a 0 in {wanted} has no axis of '{bottom.name}' {bottom.shape} to copy")
    return tuple(size or bottom.shape[start + index] for index, size in enumerate(wanted))
