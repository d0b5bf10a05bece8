"""PReLU: x if it is positive, else x times a learnable slope."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall


@keras.saving.register_keras_serializable("owltf")
class ChannelPReLU(keras.layers.Layer):
    """Computes x where x > 0, else slope * x, with a slope for each channel of (..., C).

    Args:
        shared: whether all channels share one slope.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, shared: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shared = shared

    def build(self, input_shape: Any) -> None:
        """Add the slopes."""
        self.rank, channels = len(input_shape), input_shape[-1]
        if not self.shared:
            self.input_spec = keras.layers.InputSpec(axes={-1: channels})
        shape = () if self.shared else (channels,)
        self.slope = self.add_weight(name="slope", shape=shape)

    def call(self, inputs: Any) -> Any:
        """Return the rectified values."""
        return tf.where(inputs > 0, inputs, inputs * self.slope)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the top, which is the bottom's."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "shared": self.shared}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        rank = len(call.shapes[0])
        axes = list(range(1, rank if self.shared else rank - 1))
        return call.layer_call("layers.PReLU", shared_axes=axes or None)

    def source_weights(self) -> dict[str, Any]:
        """Return the slopes in the shape that Keras's PReLU stores them in."""
        return {"alpha": self.slope.numpy().reshape((*(1,) * (self.rank - 2), -1))}


class PReLU(LayerConverter):
    """ReLU with a learnable slope for negative values, one for each channel or one for all."""

    caffe_type = "PReLU"
    params = (ParamBlob("slope"),)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return max(x, 0) + slope * min(x, 0)."""
        param = layer.parameter.prelu_param
        if bottom.rank < 2:
            raise layer.error(f"needs channels along axis 1, but '{bottom.name}' is {bottom.shape}")
        filler = param.filler if param.HasField("filler") else type(param.filler)(value=0.25)
        prelu = layer.keras(ChannelPReLU, fillers=(filler,), shared=param.channel_shared)
        return (bottom if param.channel_shared else bottom.to_channels_last()).map(prelu)

    def onnx(self, node: OnnxNode) -> None:
        """Write PRelu; the slopes lie along axis 1."""
        slope = node.blobs[0].reshape(-1, *(1,) * (len(node.shape) - 2))
        node.add("PRelu", node.x, node.constant("slope", slope))
