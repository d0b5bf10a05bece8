"""SegNet's BN: each channel normalised by the batch, then times a scale, plus a shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall
from owltf_segmentation.channel_weights import (
    batch_moments,
    check_images,
    per_channel,
    weight_shape,
)

# What the fork adds to the variance.
EPS = 1e-9

SOURCE = '''
class SegNetBN(layers.Layer):
    """scale * x + shift of each channel, which the batch normalises first if asked to."""

    def __init__(self, by_batch, **kwargs):
        super().__init__(**kwargs)
        self.by_batch = by_batch

    def build(self, input_shape):
        shape = (1, 1, 1, input_shape[-1])
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")
        self.shift = self.add_weight(name="shift", shape=shape, initializer="zeros")

    def call(self, x):
        if self.by_batch:
            mean, variance = ops.moments(x, axes=(0, 1, 2), keepdims=True)
            x = (x - mean) / ops.sqrt(variance + 1e-9)
        return x * self.scale + self.shift
'''


@keras.saving.register_keras_serializable("owltf_segmentation")
class ScaledAndShifted(keras.layers.Layer):
    """scale * x + shift of each channel, which the batch normalises first if asked to.

    Args:
        by_batch: whether each channel first gets the batch's mean 0 and variance 1, in training
            and outside.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(self, by_batch: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by_batch = by_batch

    def build(self, input_shape: Any) -> None:
        """Add scale and shift."""
        shape = weight_shape(input_shape)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")
        self.shift = self.add_weight(name="shift", shape=shape, initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """Return the images, scaled and shifted."""
        if self.by_batch:
            mean, variance = batch_moments(inputs)
            inputs = (inputs - mean) / tf.sqrt(variance + EPS)
        return inputs * self.scale + self.shift

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "by_batch": self.by_batch}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(SOURCE)
        return call.layer_call("SegNetBN", self.by_batch)


class SegNetBN(LayerConverter):
    """SegNet's BN: scale * x + shift, after normalising by the batch unless INFERENCE."""

    caffe_type = "BN"
    params = (per_channel("scale", untrained=1), per_channel("shift", untrained=0))

    def fits(self, parameter: Any) -> bool:
        """Return whether a BN has SegNet's fields, or no fields and SegNet's two blobs."""
        given = {field.name for field, _ in parameter.bn_param.ListFields()}
        own = {"scale_filler", "shift_filler", "bn_mode"}
        return bool(given & own) or (not given and 0 < len(parameter.param) <= len(self.params))

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the images, scaled and shifted.

        Raises:
            OwltfError: if the bottom has no four axes.
        """
        check_images(layer, bottom)
        param = layer.parameter.bn_param
        norm = layer.keras(
            ScaledAndShifted,
            fillers=(param.scale_filler, param.shift_filler),
            by_batch=is_by_batch(param),
        )
        return bottom.to_channels_last().map(norm)

    def onnx(self, node: OnnxNode) -> None:
        """Write Mul and Add, after the batch's mean and variance."""
        scale, shift = node.weights()
        x = _normalised(node) if is_by_batch(node.parameter.bn_param) else node.x
        node.add("Add", node.add("Mul", x, scale, part="scaled"), shift)

    def affine(
        self, parameter: Any, blobs: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return scale and shift, unless the batch counts."""
        if is_by_batch(parameter.bn_param):
            return None
        return blobs[0].reshape(-1), blobs[1].reshape(-1)


def is_by_batch(param: Any) -> bool:
    """Return whether the statistics of each batch count: so it is unless INFERENCE is said."""
    modes = param.DESCRIPTOR.fields_by_name["bn_mode"].enum_type
    return str(modes.values_by_number[param.bn_mode].name) == "LEARN"


def _normalised(node: OnnxNode) -> str:
    mean = node.add("ReduceMean", node.x, part="mean", axes=[0, 2, 3], keepdims=1)
    centred = node.add("Sub", node.x, mean, part="centred")
    squares = node.add("Mul", centred, centred, part="squares")
    variance = node.add("ReduceMean", squares, part="variance", axes=[0, 2, 3], keepdims=1)
    safe = node.add("Add", variance, node.constant("eps", EPS), part="safe")
    return node.add("Div", centred, node.add("Sqrt", safe, part="deviation"), part="normalised")
