"""Clip: limits each value to a range, by `min` and `max`."""

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
class Between(keras.layers.Layer):
    """Computes max(low, min(x, high)); the gradient passes from `low` to `high`, both included.

    Args:
        low: the smallest value.
        high: the greatest value.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.low, self.high = low, high

    def call(self, inputs: Any) -> Any:
        """Return the values, those beyond a limit replaced by it."""
        return tf.clip_by_value(inputs, self.low, self.high)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "low": self.low, "high": self.high}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return f"ops.clip({call.x}, {call.arguments(self.low, self.high)})"


class Clip(LayerConverter):
    """Replaces values below `min` or above `max` by these."""

    caffe_type = "Clip"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return max(min, min(x, max))."""
        param = layer.parameter.clip_param
        if param.min > param.max:
            raise layer.error(f"min must not be above max, got {param.min:g} and {param.max:g}")
        return bottom.map(layer.keras(Between, low=param.min, high=param.max))

    def onnx(self, node: OnnxNode) -> None:
        """Write Clip."""
        param = node.parameter.clip_param
        node.add("Clip", node.x, node.constant("min", param.min), node.constant("max", param.max))
