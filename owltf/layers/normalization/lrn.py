"""LRN: divides each value by a power of the squares of its neighbours."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall
from owltf.runtime.standard_ops import may_use_gpu_ops, must_use_standard_ops

LRN_ACROSS_CHANNELS = '''
def lrn(x, size, alpha, beta, k):
    """Divide by the size of neighbours along the channels; alpha is of their sum's mean."""
    side = min(size // 2, x.shape[-1] - 1)
    squares = ops.pad(ops.square(x), [(0, 0)] * 3 + [(side, side)])
    total = sum(squares[..., i : i + x.shape[-1]] for i in range(2 * side + 1))
    return x * (k + alpha / size * total) ** -beta
'''

LRN_WITHIN_CHANNEL = '''
def lrn_within_channel(x, size, alpha, beta):
    """Divide by the size of neighbours in a square of the same channel."""
    side = (size // 2, size // 2)
    squares = ops.pad(ops.square(x), [(0, 0), side, side, (0, 0)])
    return x * (1 + alpha * ops.average_pool(squares, size, 1)) ** -beta
'''


class LocalResponseNorm(keras.layers.Layer):
    """Divides (N, H, W, C) by (k + alpha * mean of squares in a window) ^ beta.

    Args:
        size: how many values the window covers along each of its axes; odd.
        alpha: factor on the mean of the squares in a window.
        beta: the power.
        k: the number added to the mean.
    """

    any_size = True

    def __init__(self, size: int, alpha: float, beta: float, k: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the top, which is the bottom's."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        config = {"size": self.size, "alpha": self.alpha, "beta": self.beta, "k": self.k}
        return {**super().get_config(), **config}


@keras.saving.register_keras_serializable("owltf")
class LRNAcrossChannels(LocalResponseNorm):
    """LRN over a window of neighbouring channels at the same place."""

    def call(self, inputs: Any) -> Any:
        """Return x * (k + alpha / size * sum of x² in the window) ^ -beta."""
        # Caffe divides alpha by the window's size, TensorFlow does not.
        scale = self.alpha / self.size
        if must_use_standard_ops() or may_use_gpu_ops():
            return tf.nn.local_response_normalization(
                inputs, _side(self.size, inputs), self.k, scale, self.beta
            )
        return across_channels(self.size, scale, self.beta, self.k)(inputs)

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(LRN_ACROSS_CHANNELS)
        window = call.arguments(size=self.size, alpha=self.alpha, beta=self.beta, k=self.k)
        return f"lrn({call.x}, {window})"


@keras.saving.register_keras_serializable("owltf")
class LRNWithinChannel(LocalResponseNorm):
    """LRN over a square window of the same channel."""

    def call(self, inputs: Any) -> Any:
        """Return x * (k + alpha * mean of x² in the window) ^ -beta; zeros surround the image."""
        pad = self.size // 2
        squares = tf.pad(tf.square(inputs), [(0, 0), (pad, pad), (pad, pad), (0, 0)])
        means = tf.nn.avg_pool2d(squares, self.size, 1, "VALID")
        return inputs * (self.k + self.alpha * means) ** -self.beta

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(LRN_WITHIN_CHANNEL)
        window = call.arguments(size=self.size, alpha=self.alpha, beta=self.beta)
        return f"lrn_within_channel({call.x}, {window})"


@cache
def across_channels(size: int, scale: float, beta: float, k: float) -> Any:
    """Return LRN across channels as a function of x, compiled by XLA for a CPU.

    It is 4 times as fast there as TensorFlow's operation, forward and backward. The first pass over
    each shape takes some tenths of a second longer, to compile.

    With s = k + scale * window(x²) the top is x * s^-beta, and its gradient
    dy * s^-beta - 2 * scale * beta * x * window(dy * x * s^(-beta-1)).
    """

    def sums(x: Any) -> Any:
        return k + scale * _window(tf.square(x), size)

    @tf.function(jit_compile=True, autograph=False)
    def forward(x: Any) -> Any:
        return x * _powers(sums(x), beta)[0]

    @tf.function(jit_compile=True, autograph=False)
    def backward(x: Any, dy: Any) -> Any:
        power, next_power = _powers(sums(x), beta)
        return dy * power - 2 * scale * beta * x * _window(dy * x * next_power, size)

    @tf.custom_gradient
    def normalize(x: Any) -> Any:
        return forward(x), lambda dy: backward(x, dy)

    return normalize


def _window(x: Any, size: int) -> Any:
    """Return the sum over `size` neighbours along the last axis, with zeros beyond its ends."""
    side, channels = _side(size, x), x.shape[-1]
    padded = tf.pad(x, [*[(0, 0)] * (len(x.shape) - 1), (side, side)])
    return tf.add_n([padded[..., start : start + channels] for start in range(2 * side + 1)])


def _side(size: int, x: Any) -> int:
    """Return how many neighbours a window has on each side; beyond the channels there are none."""
    return min(size // 2, int(x.shape[-1]) - 1)


def _powers(s: Any, beta: float) -> tuple[Any, Any]:
    """Return s ^ -beta and s ^ (-beta - 1)."""
    if beta != 0.75:
        power = s**-beta
        return power, power / s
    # Two roots take half the time of a power, and products that of a quotient.
    root = tf.math.rsqrt(s)
    power = root * tf.sqrt(root)
    return power, power * root * root


class LRN(LayerConverter):
    """Local response normalisation over neighbouring channels, or over a window of each channel."""

    caffe_type = "LRN"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the normalised images."""
        param = layer.parameter.lrn_param
        if param.local_size % 2 != 1:
            raise layer.error(f"local_size must be odd, got {param.local_size}")
        if bottom.rank != 4:
            raise layer.error(f"normalises (N, C, H, W), but '{bottom.name}' is {bottom.shape}")
        return bottom.to_channels_last().map(_keras(layer, param))

    def onnx(self, node: OnnxNode) -> None:
        """Write LRN; or its steps, if the window lies within a channel."""
        param = node.parameter.lrn_param
        if param.norm_region == param.ACROSS_CHANNELS:
            options = {"alpha": param.alpha, "beta": param.beta, "bias": param.k}
            node.add("LRN", node.x, size=param.local_size, **options)
            return
        size, side = param.local_size, param.local_size // 2
        squares = node.add("Mul", node.x, node.x, part="squares")
        pads: dict[str, Any] = {"pads": [side] * 4, "count_include_pad": 1}
        means = node.add("AveragePool", squares, part="means", kernel_shape=[size] * 2, **pads)
        scaled = node.add("Mul", means, node.constant("alpha", param.alpha), part="scaled")
        total = node.add("Add", scaled, node.constant("one", 1), part="total")
        power = node.add("Pow", total, node.constant("beta", param.beta), part="power")
        node.add("Div", node.x, power)


def _keras(layer: Layer, param: Any) -> Any:
    config = {"size": param.local_size, "alpha": param.alpha, "beta": param.beta}
    if param.norm_region == param.WITHIN_CHANNEL:
        # Caffe's k is 1 there, whatever the file says.
        return layer.keras(LRNWithinChannel, **config)
    return layer.keras(LRNAcrossChannels, **config, k=param.k)
