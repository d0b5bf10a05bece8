"""Slice: cuts a bottom into parts along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall
from owltf.layers.utility.concat import axis_of
from owltf.runtime.graph_checks import check_one_replica

# A position beyond the end of every axis, as ONNX's Slice takes it.
BEYOND_ALL = 2**31 - 1


@keras.saving.register_keras_serializable("owltf")
class SplitAxis(keras.layers.Layer):
    """Cuts a tensor along an axis.

    Args:
        axis: the tensor's axis.
        sizes: the sizes of the parts, -1 for the rest; or the number of parts of equal size.
        title: the Caffe layer in words, for errors.
    """

    any_size = True

    def __init__(self, axis: int, sizes: int | Sequence[int], title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis, self.title = axis, title
        self.sizes = sizes if isinstance(sizes, int) else list(sizes)

    def call(self, inputs: Any) -> Any:
        """Return the parts."""
        if self.axis == 0:
            check_one_replica(self.title, "a slice of the batch (axis: 0)")
        return tf.split(inputs, self.sizes, self.axis)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"axis": self.axis, "sizes": self.sizes, "title": self.title}
        return {**super().get_config(), **own}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        sizes = self.sizes
        where = sizes if isinstance(sizes, int) else list(accumulate(sizes[:-1]))
        return f"ops.split({call.x}, {call.arguments(where, axis=self.axis)})"


class Slice(LayerConverter):
    """Cuts a bottom along an axis, at each `slice_point` or into equal parts."""

    caffe_type = "Slice"
    tops = (1, None)

    def build(self, layer: Layer, bottom: Blob) -> list[Blob]:
        """Return a part for each top."""
        param = layer.parameter.slice_param
        axis = axis_of(layer, bottom, param, "slice_dim")
        sizes = _sizes(layer, bottom.shape[axis], list(param.slice_point))
        if len(sizes) == 1:
            return [bottom]
        cut = layer.keras(
            SplitAxis,
            axis=bottom.axis(axis),
            # A batch of another size than the prototxt's is cut at the same points.
            sizes=[*sizes[:-1], -1] if param.slice_point else len(sizes),
            title=layer.title,
        )
        batches = sizes if axis == 0 else [None] * len(sizes)
        parts = zip(cut(bottom.tensor), batches, strict=True)
        return [bottom.of(part, batch=batch) for part, batch in parts]

    def onnx(self, node: OnnxNode) -> None:
        """Write Split; or a Slice for each part, if the batch is cut at points."""
        param = node.parameter.slice_param
        axis = node.axis(param.slice_dim if param.HasField("slice_dim") else param.axis)
        sizes = [node.shape_of(top)[axis] for top in node.tops]
        if len(node.tops) == 1:
            node.add("Identity", node.x)
        elif axis == 0 and param.slice_point:
            _cut_batch(node, sizes)
        else:
            given = [] if axis == 0 else [node.constant("sizes", sizes, np.int64)]
            node.add_several("Split", node.x, *given, tops=node.tops, axis=axis)


def _sizes(layer: Layer, size: int, points: list[int]) -> list[int]:
    count = len(layer.tops)
    if not points:
        if size % count:
            raise layer.error(f"cannot cut {size} into {count} equal parts: give slice_point")
        return [size // count] * count
    sizes = [after - before for before, after in pairwise([0, *points, size])]
    if len(sizes) != count or min(sizes) < 1:
        raise layer.error(
            f"needs a slice_point between each two of its {count} tops, rising from 1 to "
            f"{size - 1}; got {points}"
        )
    return sizes


def _cut_batch(node: OnnxNode, sizes: Sequence[int]) -> None:
    """Cut the batch at its points; the last part is the rest, whatever the batch's size."""
    ends = [*accumulate(sizes[:-1]), BEYOND_ALL]
    axes = node.constant("axes", [0], np.int64)
    for index, (start, end, top) in enumerate(zip([0, *ends[:-1]], ends, node.tops, strict=True)):
        first = node.constant(f"start{index}", [start], np.int64)
        last = node.constant(f"end{index}", [end], np.int64)
        node.add("Slice", node.x, first, last, axes, top=top)
