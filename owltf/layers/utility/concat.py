"""Concat: joins bottoms along an axis."""

from __future__ import annotations

from typing import Any

import keras

from owltf.convert.blob import Blob, in_one_layout
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode


class Concat(LayerConverter):
    """Joins bottoms along an axis, which may be the batch."""

    caffe_type = "Concat"
    bottoms = (1, None)

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the joined bottoms."""
        first, *others = bottoms
        axis = axis_of(layer, first, layer.parameter.concat_param, "concat_dim")
        for other in others:
            if _without(axis, other) != _without(axis, first):
                raise layer.error(
                    f"bottoms must agree in every axis but {axis}; "
                    f"got {first.shape} and {other.shape}"
                )
        if not others:
            return first
        joined = layer.keras(keras.layers.Concatenate, axis=first.axis(axis))
        batch = sum(bottom.shape[0] for bottom in bottoms) if axis == 0 else None
        return first.of(joined([each.tensor for each in in_one_layout(bottoms)]), batch=batch)

    def onnx(self, node: OnnxNode) -> None:
        """Write Concat."""
        param = node.parameter.concat_param
        axis = param.concat_dim if param.HasField("concat_dim") else param.axis
        node.add("Concat", *node.bottoms, axis=node.axis(axis))


def axis_of(layer: Layer, bottom: Blob, param: Any, older: str) -> int:
    """Return the axis that a message names, by its field `axis` or by an older one.

    Args:
        layer: the layer.
        bottom: the blob whose axis it is.
        param: the message.
        older: the older field's name.

    Raises:
        OwltfError: if both are given, or there is no such axis.
    """
    if param.HasField("axis") and param.HasField(older):
        raise layer.error(f"give either axis or {older}, not both")
    return layer.axis(bottom, getattr(param, older) if param.HasField(older) else param.axis)


def _without(axis: int, bottom: Blob) -> tuple[int, tuple[int, ...]]:
    return bottom.rank, bottom.shape[:axis] + bottom.shape[axis + 1 :]
