"""Sigmoid: 1 / (1 + exp(-x))."""

import keras

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode


class Sigmoid(LayerConverter):
    """The logistic function 1 / (1 + exp(-x)), from 0 to 1."""

    caffe_type = "Sigmoid"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return 1 / (1 + exp(-x))."""
        return bottom.map(layer.keras(keras.layers.Activation, activation="sigmoid"))

    def onnx(self, node: OnnxNode) -> None:
        """Write Sigmoid."""
        node.add("Sigmoid", node.x)
