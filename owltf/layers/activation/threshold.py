"""Threshold: 1 if a value is above a number, else 0."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall


@keras.saving.register_keras_serializable("owltf")
class Above(keras.layers.Layer):
    """Computes whether each value is above a threshold, as 1 or 0, without a gradient.

    Args:
        threshold: the number.
    """

    any_size = True

    def __init__(self, threshold: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.threshold = threshold

    def call(self, inputs: Any) -> Any:
        """Return ones and zeros."""
        return tf.cast(inputs > self.threshold, inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "threshold": self.threshold}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return f'ops.cast({call.x} > {call.literal(self.threshold)}, "float32")'


class Threshold(LayerConverter):
    """1 if a value is above `threshold`, else 0."""

    caffe_type = "Threshold"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return a blob of ones and zeros."""
        above = layer.keras(Above, threshold=layer.parameter.threshold_param.threshold)
        return bottom.map(above)

    def onnx(self, node: OnnxNode) -> None:
        """Write Greater, and Cast from bools to numbers."""
        threshold = node.constant("threshold", node.parameter.threshold_param.threshold)
        is_above = node.add("Greater", node.x, threshold, part="is_above")
        node.add("Cast", is_above, to=np.float32)
