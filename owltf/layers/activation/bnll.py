"""BNLL: log(1 + exp(x)), the logarithm of the binomial normal likelihood."""

import keras

from owltf.net.blob import Blob
from owltf.net.converter import LayerConverter
from owltf.net.layer import Layer


class BNLL(LayerConverter):
    """Keras's softplus."""

    caffe_type = "BNLL"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return log(1 + exp(x))."""
        return bottom.map(layer.keras(keras.layers.Activation, activation="softplus"))
