"""BNLL: log(1 + exp(x)), the logarithm of the binomial normal likelihood."""

import keras

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode


class BNLL(LayerConverter):
    """A smooth form of ReLU, log(1 + exp(x)), which Keras calls softplus."""

    caffe_type = "BNLL"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return log(1 + exp(x))."""
        return bottom.map(layer.keras(keras.layers.Activation, activation="softplus"))

    def onnx(self, node: OnnxNode) -> None:
        """Write Softplus."""
        node.add("Softplus", node.x)
