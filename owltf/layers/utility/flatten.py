"""Flatten: joins neighbouring axes into one."""

from __future__ import annotations

from math import prod

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.layers.utility.onnx_reshape import reshape_to_top


class Flatten(LayerConverter):
    """Joins the axes from `axis` to `end_axis`, both included, in Caffe's order.

    With `axis` right after `end_axis` it puts an axis of size 1 before `axis`.
    """

    caffe_type = "Flatten"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the same values in fewer axes."""
        param, shape = layer.parameter.flatten_param, bottom.shape
        first, last = layer.axis(bottom, param.axis), layer.axis(bottom, param.end_axis)
        # Right after end_axis there are no axes to join, and Caffe puts one of size 1 there.
        if first > last + 1:
            raise layer.error(
                f"axis must not be more than one after end_axis; got {first} and {last}"
            )
        joined = prod(shape[first : last + 1])
        return bottom.reshape((*shape[:first], joined, *shape[last + 1 :]), "flatten")

    def onnx(self, node: OnnxNode) -> None:
        """Write Flatten, or Reshape."""
        reshape_to_top(node)
