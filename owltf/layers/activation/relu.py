"""ReLU: max(x, 0), with a slope for negative values if asked for."""

import keras

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.layers.activation.rising_relu import RisingReLU


class ReLU(LayerConverter):
    """max(x, 0); with a `negative_slope`, negative values are multiplied by that."""

    caffe_type = "ReLU"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return max(x, 0) + slope * min(x, 0)."""
        slope = layer.parameter.relu_param.negative_slope
        kind = keras.layers.ReLU if slope >= 0 else RisingReLU
        return bottom.map(layer.keras(kind, negative_slope=slope))

    def onnx(self, node: OnnxNode) -> None:
        """Write Relu, or LeakyRelu."""
        slope = node.parameter.relu_param.negative_slope
        if slope:
            node.add("LeakyRelu", node.x, alpha=slope)
        else:
            node.add("Relu", node.x)
