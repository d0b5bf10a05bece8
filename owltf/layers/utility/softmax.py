"""Softmax: turns scores into probabilities along an axis."""

from __future__ import annotations

import keras

from owltf.convert.axis_zero import with_leading_axis, without_leading_axis
from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode


class Softmax(LayerConverter):
    """Turns scores into probabilities that add up to 1 along an axis."""

    caffe_type = "Softmax"
    gives_probabilities = True

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return exp(x) divided by its sum along `axis`."""
        axis = layer.axis(bottom, layer.parameter.softmax_param.axis)
        scores, along = with_leading_axis(layer, bottom, axis)
        return without_leading_axis(
            scores.map(layer.keras(keras.layers.Softmax, axis=scores.axis(along))), axis
        )

    def onnx(self, node: OnnxNode) -> None:
        """Write Softmax."""
        node.add("Softmax", node.x, axis=node.axis(node.parameter.softmax_param.axis))
