"""MVN: gives each channel of each image mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall

MEAN_VARIANCE_NORM = '''
def mean_variance_norm(x, axes, epsilon=None):
    """Take the mean along some axes away; with an epsilon divide by the deviation and it."""
    x = x - ops.mean(x, axes, keepdims=True)
    if epsilon is None:
        return x
    return x / (ops.sqrt(ops.mean(ops.square(x), axes, keepdims=True)) + epsilon)
'''


@keras.saving.register_keras_serializable("owltf")
class MeanVarianceNorm(keras.layers.Layer):
    """Subtracts the mean along some axes, and divides by the standard deviation along them.

    Args:
        axes: the tensor's axes.
        divides: whether to divide.
        epsilon: the number added to the deviation.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, axes: Sequence[int], divides: bool, epsilon: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axes, self.divides, self.epsilon = list(axes), divides, epsilon

    def call(self, inputs: Any) -> Any:
        """Return (x - mean) / (deviation + epsilon)."""
        centred = inputs - self._mean(inputs)
        return self._divided(centred) if self.divides else centred

    def _divided(self, centred: Any) -> Any:
        @tf.custom_gradient
        def divided(centred: Any) -> tuple[Any, Any]:
            deviation = tf.sqrt(self._mean(tf.square(centred))) + self.epsilon
            top = centred / deviation

            # This is Caffe's form of the gradient; TensorFlow's own is NaN if the deviation is 0.
            def gradient(upstream: Any) -> Any:
                return (upstream - top * self._mean(upstream * top)) / deviation

            return top, gradient

        return divided(centred)

    def _mean(self, values: Any) -> Any:
        return tf.reduce_mean(values, self.axes, keepdims=True)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the top, which is the bottom's."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"axes": self.axes, "divides": self.divides, "epsilon": self.epsilon}
        return {**super().get_config(), **own}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(MEAN_VARIANCE_NORM)
        epsilon = self.epsilon if self.divides else None
        return f"mean_variance_norm({call.x}, {call.arguments(tuple(self.axes), epsilon=epsilon)})"


class MVN(LayerConverter):
    """Gives each channel of each image, or each whole image, mean 0 and variance 1."""

    caffe_type = "MVN"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the normalised blob, which has 4 axes like Caffe's."""
        param = layer.parameter.mvn_param
        if not 1 <= bottom.rank <= 4:
            raise layer.error(f"takes up to 4 axes, but '{bottom.name}' is {bottom.shape}")
        images = bottom.reshape(bottom.shape + (1,) * (4 - bottom.rank), "images")
        first = 1 if param.across_channels else 2
        norm = layer.keras(
            MeanVarianceNorm,
            axes=[images.axis(axis) for axis in range(first, 4)],
            divides=param.normalize_variance,
            epsilon=param.eps,
        )
        return images.map(norm)

    def onnx(self, node: OnnxNode) -> None:
        """Write the means and the deviations by ReduceMean."""
        param, rank = node.parameter.mvn_param, len(node.shape)
        x = node.x if rank == 4 else node.reshape(node.x, (0, *node.top_shape[1:]), part="images")
        axes = [1, 2, 3] if param.across_channels else [2, 3]
        means = node.add("ReduceMean", x, part="means", axes=axes, keepdims=1)
        if not param.normalize_variance:
            node.add("Sub", x, means)
            return
        centred = node.add("Sub", x, means, part="centred")
        squares = node.add("Mul", centred, centred, part="squares")
        variance = node.add("ReduceMean", squares, part="variance", axes=axes, keepdims=1)
        deviation = node.add("Sqrt", variance, part="deviation")
        divisor = node.add("Add", deviation, node.constant("epsilon", param.eps), part="divisor")
        node.add("Div", centred, divisor)
