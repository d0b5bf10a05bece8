"""ELU: x if it is positive, else alpha * (exp(x) - 1)."""

import keras

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode


class ELU(LayerConverter):
    """Exponential linear unit: x if it is positive, else alpha * (exp(x) - 1)."""

    caffe_type = "ELU"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return max(x, 0) + alpha * (exp(min(x, 0)) - 1)."""
        alpha = layer.parameter.elu_param.alpha
        return bottom.map(layer.keras(keras.layers.ELU, alpha=alpha))

    def onnx(self, node: OnnxNode) -> None:
        """Write Elu."""
        node.add("Elu", node.x, alpha=node.parameter.elu_param.alpha)
