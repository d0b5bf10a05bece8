"""Softmax: scores as probabilities along an axis."""

from __future__ import annotations

import keras

from owltf.net.blob import Blob
from owltf.net.converter import LayerConverter
from owltf.net.layer import Layer
from owltf.net.lifted import lifted, lowered


class Softmax(LayerConverter):
    """Keras's Softmax along any axis."""

    caffe_type = "Softmax"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return exp(x) divided by its sum along `axis`."""
        axis = layer.axis(bottom, layer.parameter.softmax_param.axis)
        scores, along = lifted(layer, bottom, axis)
        return lowered(scores.map(layer.keras(keras.layers.Softmax, axis=scores.axis(along))), axis)
