"""Swish: x * sigmoid(beta * x)."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall


@keras.saving.register_keras_serializable("owltf")
class ScaledSwish(keras.layers.Layer):
    """Computes x * sigmoid(beta * x).

    Args:
        beta: factor on x inside the sigmoid.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, beta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.beta = beta

    def call(self, inputs: Any) -> Any:
        """Return the product."""
        return tf.nn.silu(inputs, self.beta)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "beta": self.beta}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return f"{call.x} * ops.sigmoid({call.literal(self.beta)} * {call.x})"


class Swish(LayerConverter):
    """x times the sigmoid of beta * x."""

    caffe_type = "Swish"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return x * sigmoid(beta * x)."""
        return bottom.map(layer.keras(ScaledSwish, beta=layer.parameter.swish_param.beta))

    def onnx(self, node: OnnxNode) -> None:
        """Write x * Sigmoid(beta * x)."""
        beta = node.constant("beta", node.parameter.swish_param.beta)
        scaled = node.add("Mul", node.x, beta, part="scaled")
        gate = node.add("Sigmoid", scaled, part="gate")
        node.add("Mul", node.x, gate)
