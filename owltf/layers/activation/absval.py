"""AbsVal: the absolute value, |x|."""

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
class Absolute(keras.layers.Layer):
    """Computes |x|, whose gradient at 0 is 0."""

    any_size = True

    def call(self, inputs: Any) -> Any:
        """Return the absolute values."""
        return tf.abs(inputs)

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return f"ops.absolute({call.x})"


class AbsVal(LayerConverter):
    """The absolute value of each value."""

    caffe_type = "AbsVal"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return |x|."""
        return bottom.map(layer.keras(Absolute))

    def onnx(self, node: OnnxNode) -> None:
        """Write Abs."""
        node.add("Abs", node.x)
