"""Shrink: moves every value towards 0 by a learnable threshold, and no further than 0."""

from __future__ import annotations

from typing import Any

import keras

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, ParamBlob, SourceCall

# The layer as an export to Python has it: in a program that needs Keras alone.
SOURCE = '''
class SoftThreshold(layers.Layer):
    """Moves every value towards 0 by a threshold, and no further than 0."""

    def __init__(self, thresholds, **kwargs):
        super().__init__(**kwargs)
        self.threshold = self.add_weight(name="threshold", shape=(thresholds,), initializer="zeros")

    def call(self, inputs):
        return ops.sign(inputs) * ops.relu(ops.abs(inputs) - self.threshold)
'''


@keras.saving.register_keras_serializable("my_layer_plugin")
class SoftThreshold(keras.layers.Layer):
    """sign(x) * max(|x| - threshold, 0), with a threshold for each index of the last axis.

    Args:
        channel_shared: whether all share one threshold.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    # The layer computes the same for images of any height and width.
    any_size = True

    def __init__(self, channel_shared: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channel_shared = channel_shared

    def build(self, input_shape: Any) -> None:
        """Add the thresholds, whose initial values the layer's filler gives."""
        count = 1 if self.channel_shared else input_shape[-1]
        self.threshold = self.add_weight(name="threshold", shape=(count,), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """Return the values, each moved towards 0 by its threshold."""
        size = keras.ops.relu(keras.ops.abs(inputs) - self.threshold)
        return keras.ops.sign(inputs) * size

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "channel_shared": self.channel_shared}

    def source(self, call: SourceCall) -> str:
        """Return the layer's call in plain Keras."""
        call.need(SOURCE)
        return call.layer_call("SoftThreshold", self.threshold.shape[0])


class Shrink(LayerConverter):
    """Soft thresholding, as networks that denoise or seek sparse codes use it."""

    caffe_type = "Shrink"
    params = (ParamBlob("threshold"),)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the bottom, each of its channels shrunk by its own threshold."""
        param = layer.parameter.shrink_param
        shrink = layer.keras(
            SoftThreshold, fillers=(param.filler,), channel_shared=param.channel_shared
        )
        return bottom.to_channels_last().map(shrink)

    def onnx(self, node: OnnxNode) -> None:
        """Write the layer in ONNX's operations, where a blob lies in the order N, C, H, W."""
        along_channels = (-1, *(1,) * (len(node.shape) - 2))
        threshold = node.constant("threshold", node.blobs[0].reshape(along_channels))
        beyond = node.add("Sub", node.add("Abs", node.x, part="size"), threshold, part="beyond")
        left = node.add("Relu", beyond, part="left")
        node.add("Mul", node.add("Sign", node.x, part="sign"), left)
