"""Bias: adds a learnable blob, or a second bottom, along some axes."""

from __future__ import annotations

import keras

from owltf.layers.activation.affine import affine, axes_of, broadcast
from owltf.net.blob import Blob
from owltf.net.converter import LayerConverter
from owltf.net.layer import Layer
from owltf.net.params import ParamBlob


class Bias(LayerConverter):
    """x + beta; beta has the shape of x in `num_axes` axes from `axis` on, or is a bottom."""

    caffe_type = "Bias"
    bottoms = (1, 2)

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the blobs: none where the term is a bottom."""
        return () if len(layer.parameter.bottom) > 1 else (ParamBlob("beta"),)

    def build(self, layer: Layer, bottom: Blob, *terms: Blob) -> Blob:
        """Return the sum."""
        param = layer.parameter.bias_param
        if terms:
            term = broadcast(layer, bottom, terms[0], param.axis)
            return bottom.of(layer.keras(keras.layers.Add)([bottom.tensor, term.tensor]))
        axes = axes_of(layer, bottom, param)
        return affine(layer, bottom, axes, (param.filler,), scales=False)
