"""Crop: cuts a bottom to the size of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob, in_one_layout
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall
from owltf.runtime.graph_checks import check_one_replica
from owltf.runtime.open_sizes import sizes_of
from owltf.runtime.standard_ops import with_shape


@tf.custom_gradient
def sized(part: Any, like: Any) -> tuple[Any, Any]:
    """Return the part; the gradient of the tensor that gives its size is 0 instead of missing."""
    return tf.identity(part), lambda upstream: (upstream, tf.zeros_like(like))


@keras.saving.register_keras_serializable("owltf")
class CropLike(keras.layers.Layer):
    """Cuts a tensor to the size of another one along some axes.

    Args:
        offsets: where the part starts along each of the tensor's axes; None keeps the whole axis.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, offsets: Sequence[int | None], title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.offsets, self.title = list(offsets), title

    def call(self, inputs: Any) -> Any:
        """Return the part of the first input."""
        if self.offsets[0] is not None:
            check_one_replica(self.title, "a crop of the batch (axis: 0)")
        whole, like = inputs
        # -1 is all that is left. TensorFlow Lite must know the channels, which plain numbers tell.
        pairs = zip(self.offsets, sizes_of(like), strict=True)
        sizes = [-1 if offset is None else wanted for offset, wanted in pairs]
        part = tf.slice(whole, [offset or 0 for offset in self.offsets], sizes)
        shape = self.compute_output_shape([whole.shape, like.shape])
        return sized(with_shape(part, shape), like)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the part."""
        axes = zip(self.offsets, *input_shape, strict=True)
        return tuple(kept if offset is None else wanted for offset, kept, wanted in axes)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "offsets": self.offsets, "title": self.title}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        if self.offsets[0] is not None:
            raise call.unsupported("axis: 0")
        sides = zip(self.offsets, call.tops[0], strict=True)
        cuts = [":" if start is None else f"{start}:{start + size}" for start, size in sides]
        return f"{call.x}[{', '.join(cuts)}]"


class Crop(LayerConverter):
    """Cuts the first bottom to the size of the second, along the axes from `axis` on."""

    caffe_type = "Crop"
    bottoms = (2, 2)

    def build(self, layer: Layer, bottom: Blob, like: Blob) -> Blob:
        """Return the part of the first bottom."""
        axis = layer.axis(bottom, layer.parameter.crop_param.axis)
        offsets = _offsets(layer, bottom, axis)
        _check_fits(layer, bottom, like, offsets)
        by_axis: list[int | None] = [None] * bottom.rank
        for index, offset in enumerate(offsets, axis):
            by_axis[bottom.axis(index)] = offset
        crop = layer.keras(CropLike, offsets=by_axis, title=layer.title)
        pair = in_one_layout([bottom, like])
        batch = like.batch if axis == 0 else None
        return bottom.of(crop([each.tensor for each in pair]), batch=batch)

    def onnx(self, node: OnnxNode) -> None:
        """Write Slice."""
        param, like = node.parameter.crop_param, node.shape_of(node.bottoms[1])
        axes = range(node.axis(param.axis), len(like))
        given = list(param.offset)
        starts = given if len(given) == len(axes) else (given or [0]) * len(axes)
        ends = [start + like[axis] for start, axis in zip(starts, axes, strict=True)]
        parts: dict[str, Any] = {"starts": starts, "ends": ends, "axes": axes}
        names = [node.constant(part, list(values), np.int64) for part, values in parts.items()]
        node.add("Slice", node.x, *names)


def _check_fits(layer: Layer, bottom: Blob, like: Blob, offsets: Sequence[int]) -> None:
    if like.rank != bottom.rank:
        raise layer.error(f"bottoms differ in axes: {bottom.shape} and {like.shape}")
    first = bottom.rank - len(offsets)
    sides = zip(offsets, bottom.shape[first:], like.shape[first:], strict=True)
    if any(offset + wanted > whole for offset, whole, wanted in sides):
        raise layer.error(
            f"{like.shape[first:]} from {tuple(offsets)} on does not lie within "
            f"'{bottom.name}' {bottom.shape[first:]}"
        )


def _offsets(layer: Layer, bottom: Blob, axis: int) -> list[int]:
    """Return the offset along each axis from `axis` on."""
    given, count = list(layer.parameter.crop_param.offset), bottom.rank - axis
    if len(given) > 1 and len(given) != count:
        raise layer.error(
            f"needs one offset or one for each of the {count} axes from axis {axis} on; got {given}"
        )
    return given if len(given) > 1 else (given or [0]) * count
