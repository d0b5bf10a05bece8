"""Normalize: divides by the Euclidean norm, and scales each channel by a learnable factor."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, ParamBlob, SourceCall

SOURCE = '''
class Normalize(layers.Layer):
    """Divides by the norm, and scales each channel by a factor."""

    def __init__(self, axes, eps, shape, **kwargs):
        super().__init__(**kwargs)
        self.axes, self.eps = axes, eps
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, inputs):
        squares = ops.sum(ops.square(inputs), axis=self.axes, keepdims=True)
        return inputs / ops.sqrt(squares + self.eps) * self.scale
'''


@tf.custom_gradient
def _with_scaled_gradient(x: Any, scale: Any) -> Any:
    """Return x, whose gradient is multiplied by the scale.

    SSD's Normalize scales the gradient behind the norm's, and not before it. The two differ where
    channels have scales of their own.
    """
    return tf.identity(x), lambda grad: (grad * scale, None)


@tf.custom_gradient
def _scaled(unit: Any, scale: Any) -> Any:
    """Return unit * scale; the gradient of `unit` is that of the product, unscaled."""

    def gradients(grad: Any) -> tuple[Any, Any]:
        product = grad * unit
        rank = len(product.shape) - len(scale.shape)
        return grad, tf.reduce_sum(product, list(range(rank)))

    return unit * scale, gradients


@keras.saving.register_keras_serializable("owltf_ssd")
class UnitNorm(keras.layers.Layer):
    """scale * x / sqrt(sum(x²) + eps), the sum over channels, and over places too if asked for.

    Args:
        across_spatial: whether one norm is taken of a whole image.
        channel_shared: whether all channels have one scale.
        eps: what is added to the sum.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(
        self, across_spatial: bool, channel_shared: bool, eps: float, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.across_spatial, self.channel_shared, self.eps = across_spatial, channel_shared, eps

    def build(self, input_shape: Any) -> None:
        """Add the scale: a number, or one for each channel."""
        shape = () if self.channel_shared else (input_shape[-1],)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, inputs: Any) -> Any:
        """Return the scaled unit vectors."""
        scale = tf.convert_to_tensor(self.scale)
        taken = _with_scaled_gradient(inputs, scale)
        squares = tf.reduce_sum(tf.square(taken), self._axes(inputs.shape), keepdims=True)
        return _scaled(taken / tf.sqrt(squares + self.eps), scale)

    def _axes(self, shape: Any) -> list[int]:
        return list(range(1, len(shape))) if self.across_spatial else [len(shape) - 1]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"across_spatial": self.across_spatial, "channel_shared": self.channel_shared}
        return {**super().get_config(), **own, "eps": self.eps}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(SOURCE)
        axes, shape = self._axes(call.shapes[0]), tuple(self.scale.shape)
        return call.layer_call("Normalize", tuple(axes), self.eps, shape)


class Normalize(LayerConverter):
    """SSD's Normalize: unit vectors along the channels or of whole images, times `scale`."""

    caffe_type = "Normalize"
    params = (ParamBlob("scale", untrained=1),)

    def fits(self, parameter: Any) -> bool:
        """Return whether SSD's field is given; without it the layer is another fork's."""
        return bool(parameter.HasField("norm_param"))

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the scaled blob."""
        param = layer.parameter.norm_param
        norm = layer.keras(
            UnitNorm,
            fillers=(param.scale_filler if param.HasField("scale_filler") else _ones(param),),
            across_spatial=param.across_spatial,
            channel_shared=param.channel_shared,
            eps=param.eps,
        )
        return bottom.to_channels_last().map(norm)

    def onnx(self, node: OnnxNode) -> None:
        """Write the square root of a sum of squares, Div and Mul."""
        param, rank = node.parameter.norm_param, len(node.shape)
        axes = list(range(1, rank)) if param.across_spatial else [1]
        squares = node.add("Mul", node.x, node.x, part="squares")
        total = node.add(
            "ReduceSum", squares, node.constant("axes", axes, np.int64), part="sum", keepdims=1
        )
        safe = node.add("Add", total, node.constant("eps", param.eps), part="safe")
        unit = node.add("Div", node.x, node.add("Sqrt", safe, part="norm"), part="unit")
        along = () if param.channel_shared else (-1, *(1,) * (rank - 2))
        node.add("Mul", unit, node.constant("scale", node.blobs[0].reshape(along)))


def _ones(param: Any) -> Any:
    """Return the filler of a scale that the prototxt gives none: 1."""
    filler = type(param.scale_filler)()
    filler.type, filler.value = "constant", 1.0
    return filler
