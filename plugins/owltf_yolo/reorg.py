"""Reorg: puts the pixels of small squares into channels, as Darknet does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall

# The axes of (N, C / s², H, s, W, s) that those of the top are, C in parts of s * s * C / s².
_ORDER = [0, 3, 5, 1, 2, 4]
_BACK = [0, 3, 4, 1, 5, 2]


def reorged_shape(shape: Sequence[int], stride: int, reverse: bool) -> list[int]:
    """Return the C, H and W of the top for those of the bottom."""
    channels, height, width = shape
    if reverse:
        return [channels // stride**2, height * stride, width * stride]
    return [channels * stride**2, height // stride, width // stride]


def steps(shape: Sequence[int], stride: int, reverse: bool) -> tuple[list[int], list[int]]:
    """Return the sizes behind the batch that a bottom is split into, and the order of the axes.

    Darknet splits the values as they lie in memory: those of all channels are taken for the rows of
    C / stride² larger channels.
    """
    channels, height, width = shape
    few = channels // stride**2
    if reverse:
        return [stride, stride, few, height, width], _BACK
    return [few, height, stride, width, stride], _ORDER


@keras.saving.register_keras_serializable("owltf_yolo")
class Reorganized(keras.layers.Layer):
    """Moves pixels of images (N, C, H, W) into channels, or back.

    Args:
        stride: the side of the squares.
        reverse: whether channels become pixels.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, stride: int, reverse: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stride, self.reverse = stride, reverse

    def call(self, inputs: Any) -> Any:
        """Return the images in their new shape."""
        shape, order = steps(inputs.shape[1:], self.stride, self.reverse)
        split = keras.ops.reshape(inputs, (-1, *shape))
        top = reorged_shape(inputs.shape[1:], self.stride, self.reverse)
        return keras.ops.reshape(keras.ops.transpose(split, order), (-1, *top))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "stride": self.stride, "reverse": self.reverse}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        shape, order = steps(call.shapes[0][1:], self.stride, self.reverse)
        top = reorged_shape(call.shapes[0][1:], self.stride, self.reverse)
        split = f"ops.reshape({call.x}, {call.literal([-1, *shape])})"
        dealt = f"ops.transpose({split}, {call.literal(order)})"
        return f"ops.reshape({dealt}, {call.literal([-1, *top])})"


class Reorg(LayerConverter):
    """Makes squares of `stride` x `stride` pixels stride² times as many channels."""

    caffe_type = "Reorg"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the reorganized images.

        Raises:
            OwltfError: if the sizes are no multiples of what the stride asks for.
        """
        param = layer.parameter.reorg_param
        stride, reverse = int(param.stride), bool(param.reverse)
        if bottom.rank != 4 or stride < 1:
            raise layer.error(f"needs images (N, C, H, W) and a stride; got {bottom.shape}")
        channels, height, width = bottom.shape[1:]
        fits = channels % stride**2 == 0 and (reverse or not (height % stride or width % stride))
        if not fits:
            raise layer.error(
                f"channels must be a multiple of {stride**2}, height and width of {stride}; got "
                f"{bottom.shape}"
            )
        moved = layer.keras(Reorganized, stride=stride, reverse=reverse)
        return bottom.plain(moved(bottom.to_caffe().tensor), bottom.shape[0])

    def onnx(self, node: OnnxNode) -> None:
        """Write Reshape, Transpose and Reshape."""
        param = node.parameter.reorg_param
        shape, order = steps(node.shape[1:], int(param.stride), bool(param.reverse))
        split = node.reshape(node.x, (-1, *shape), part="split")
        dealt = node.add("Transpose", split, part="dealt", perm=order)
        node.reshape(dealt, (-1, *node.top_shape[1:]))
