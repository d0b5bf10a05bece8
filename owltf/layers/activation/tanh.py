"""TanH: the hyperbolic tangent."""

import keras

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode


class TanH(LayerConverter):
    """The hyperbolic tangent, from -1 to 1."""

    caffe_type = "TanH"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return tanh(x)."""
        return bottom.map(layer.keras(keras.layers.Activation, activation="tanh"))

    def onnx(self, node: OnnxNode) -> None:
        """Write Tanh."""
        node.add("Tanh", node.x)
