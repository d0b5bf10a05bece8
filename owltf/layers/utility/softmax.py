"""Softmax: scores as probabilities along an axis."""

from __future__ import annotations

import keras

from owltf.net.blob import Blob
from owltf.net.converter import LayerConverter
from owltf.net.layer import Layer


class Softmax(LayerConverter):
    """Keras's Softmax along any axis but the batch."""

    caffe_type = "Softmax"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return exp(x) divided by its sum along `axis`."""
        axis = layer.axis(bottom, layer.parameter.softmax_param.axis)
        if axis == 0:
            raise layer.unsupported("softmax_param { axis: 0 }, a softmax over the batch,")
        return bottom.map(layer.keras(keras.layers.Softmax, axis=bottom.axis(axis)))
