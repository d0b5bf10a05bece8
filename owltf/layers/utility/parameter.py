"""Parameter: a learnable blob that other layers can take as a bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall
from owltf.layers.utility.parameter_source import PARAMETER


@keras.saving.register_keras_serializable("owltf")
class Learnable(keras.layers.Layer):
    """Returns its weight, whatever its input is.

    Args:
        shape: the weight's shape.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape: Any) -> None:
        """Add the weight."""
        self.value = self.add_weight(name="value", shape=self.shape, initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """Return the weight."""
        return tf.identity(self.value)

    def compute_output_shape(self, input_shape: Any) -> tuple[int, ...]:
        """Return the weight's shape."""
        return self.shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "shape": list(self.shape)}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(PARAMETER)
        return call.layer_call("Parameter", self.shape)


class Parameter(LayerConverter):
    """A learnable blob of a given `shape`, filled with zeros."""

    caffe_type = "Parameter"
    params = (ParamBlob("value"),)
    bottoms = (0, 0)

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the blob."""
        shape = tuple(layer.parameter.parameter_param.shape.dim)
        if any(size < 1 for size in shape):
            raise layer.error(f"every size of the shape must be at least 1, got {shape}")
        tensor = layer.keras(Learnable, shape=shape)(layer.any_input())
        return Blob(layer.name, tensor, shape[0] if shape else None, layer.names)

    def onnx(self, node: OnnxNode) -> None:
        """Write the blob as a constant."""
        node.add("Identity", *node.weights())
