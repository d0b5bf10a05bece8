"""ReLU: max(x, 0), with a slope for negative values if asked for."""

import keras

from owltf.layers.activation.rising_relu import RisingReLU
from owltf.net.blob import Blob
from owltf.net.converter import LayerConverter
from owltf.net.layer import Layer


class ReLU(LayerConverter):
    """Keras's ReLU; `negative_slope` makes it leaky."""

    caffe_type = "ReLU"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return max(x, 0) + slope * min(x, 0)."""
        slope = layer.parameter.relu_param.negative_slope
        kind = keras.layers.ReLU if slope >= 0 else RisingReLU
        return bottom.map(layer.keras(kind, negative_slope=slope))
