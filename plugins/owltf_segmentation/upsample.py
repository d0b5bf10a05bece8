"""Upsample: puts values where max pooling took them from, and zeros elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall, check_range, sizes_of

SOURCE = '''
class PutAtPlaces(layers.Layer):
    """Puts values of images (N, H, W, C) at places, row * width + column, of larger ones."""

    def __init__(self, height, width, **kwargs):
        super().__init__(**kwargs)
        self.height, self.width = height, width

    def call(self, inputs):
        x, places = inputs
        batch, channels, size = ops.shape(x)[0], x.shape[-1], self.height * self.width
        flat = ops.reshape(ops.cast(places, "int32"), (-1, x.shape[1] * x.shape[2], channels))
        image = ops.arange(batch)[:, None, None] * size
        at = ops.reshape((image + flat) * channels + ops.arange(channels), (-1, 1))
        zeros = ops.zeros((batch * size * channels,))
        put = ops.scatter_update(zeros, at, ops.reshape(x, (-1,)))
        return ops.reshape(put, (-1, self.height, self.width, channels))

    def compute_output_spec(self, inputs):
        shape = (inputs[0].shape[0], self.height, self.width, inputs[0].shape[-1])
        return keras.KerasTensor(shape)
'''


@keras.saving.register_keras_serializable("owltf_segmentation")
class PutAtPlaces(keras.layers.Layer):
    """Puts values at the places that a mask names, row * width + column of their channel.

    Where two values have one place the later one stays, and both get that place's gradient.

    Args:
        scale: the factors of height and width.
        pad_out: what is then taken off height and width.
        size: the height and width; None for those that `scale` and `pad_out` give.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(
        self,
        scale: Sequence[int],
        pad_out: Sequence[int],
        size: Sequence[int] | None,
        title: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.scale, self.pad_out, self.title = list(scale), list(pad_out), title
        self.size = size if size is None else list(size)
        self.supports_jit = False

    def out(self, sizes: Sequence[Any]) -> list[Any]:
        """Return the height and width of the top for those of the bottom."""
        if self.size is not None:
            return self.size
        sides = zip(sizes, self.scale, self.pad_out, strict=True)
        return [None if size is None else size * scale - pad for size, scale, pad in sides]

    def call(self, inputs: Any) -> Any:
        """Return the larger images, (N, H, W, C)."""
        images, mask = inputs
        batch, *sizes, channels = sizes_of(images)
        height, width = self.out(sizes)
        whole = tf.cast(mask, tf.int32)
        places = check_range(whole, height * width, self.title, "place", "places of the top")
        image = tf.range(batch)[:, None, None, None] * height * width
        at = tf.reshape((image + places) * channels + tf.range(channels), (-1, 1))
        zeros = tf.zeros((batch * height * width * channels,), images.dtype)
        put = tf.tensor_scatter_nd_update(zeros, at, tf.reshape(images, (-1,)))
        return tf.reshape(put, (batch, height, width, channels))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top."""
        batch, *sizes, channels = input_shape[0]
        return (batch, *self.out(sizes), channels)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"scale": self.scale, "pad_out": self.pad_out, "size": self.size}
        return {**super().get_config(), **own, "title": self.title}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(SOURCE)
        return call.layer_call("PutAtPlaces", *call.tops[0][1:3])


class Upsample(LayerConverter):
    """SegNet's Upsample: puts values where a max pooling's mask, a second bottom, says."""

    caffe_type = "Upsample"
    bottoms = (2, 2)

    def fits(self, parameter: Any) -> bool:
        """Return whether an Upsample has a mask."""
        return len(parameter.bottom) == 2

    def build(self, layer: Layer, bottom: Blob, mask: Blob) -> Blob:
        """Return the larger images.

        Raises:
            OwltfError: if the mask has another shape than the images, or fields contradict.
        """
        if bottom.rank != 4 or bottom.shape != mask.shape:
            raise layer.error(
                f"needs images (N, C, H, W) and a mask of their shape; got {bottom.shape} and "
                f"{mask.shape}"
            )
        images, places = bottom.to_channels_last(), mask.to_channels_last()
        config = sizes_asked(layer)
        put = layer.keras(PutAtPlaces, title=layer.title, **config)
        if min(put.out(bottom.shape[2:])) < 1:
            raise layer.error(f"the top of '{bottom.name}' {bottom.shape} would be empty")
        return images.of(put([images.tensor, places.tensor]))

    def onnx(self, node: OnnxNode) -> None:
        """Write ScatterElements over zeros, each channel's places in a row."""
        channels, *size = node.shape[1:]
        height, width = node.top_shape[2:]
        values = node.reshape(node.x, (-1, channels, prod(size)), part="values")
        whole = node.add("Cast", node.bottoms[1], part="whole", to=np.int64)
        places = node.reshape(whole, (-1, channels, prod(size)), part="places")
        first = [node.constant(part, [at], np.int64) for part, at in (("from", 0), ("to", 1))]
        shape = node.add("Shape", node.x, part="shape")
        batch = node.add("Slice", shape, *first, part="batch")
        rest = node.constant("rest", [channels, height * width], np.int64)
        wanted = node.add("Concat", batch, rest, part="wanted", axis=0)
        zeros = node.add("Expand", node.constant("zero", 0), wanted, part="zeros")
        put = node.add("ScatterElements", zeros, places, values, part="put", axis=2)
        node.reshape(put, (-1, channels, height, width))

    def whole_numbers(self, parameter: Any, shapes: Sequence[tuple[int, ...]]) -> dict[int, int]:
        """Return that the mask counts places of the smallest top it may have."""
        return {1: prod(shapes[0][2:])}


def sizes_asked(layer: Layer) -> dict[str, Any]:
    """Return how large the top is to be, as `PutAtPlaces` takes it.

    Raises:
        OwltfError: if one of two fields is missing, or padding is asked for without a scale of 2.
    """
    param = layer.parameter.upsample_param
    for one, other in (("upsample_h", "upsample_w"), ("scale_h", "scale_w")):
        if param.HasField(one) != param.HasField(other):
            raise layer.error(f"{one} and {other} must be given both or neither")
    # The default is SegNet's, whatever another plugin with the field says.
    scale = param.scale if param.HasField("scale") else 2
    scales = [param.scale_h, param.scale_w] if param.HasField("scale_h") else [scale, scale]
    pads = [int(param.pad_out_h), int(param.pad_out_w)]
    if any(pad and each != 2 for pad, each in zip(pads, scales, strict=True)):
        raise layer.error("pad_out_h and pad_out_w need a scale of 2")
    size = [param.upsample_h, param.upsample_w] if param.HasField("upsample_h") else None
    return {"scale": scales, "pad_out": pads, "size": size}
