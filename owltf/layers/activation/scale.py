"""Scale: multiplies by a learnable blob, or by a second bottom, along some axes."""

from __future__ import annotations

from typing import Any

import keras

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.params import ParamBlob
from owltf.layers.activation.affine import affine, axes_of, broadcast


class Scale(LayerConverter):
    """x * gamma, with `bias_term` + beta; gamma lies along some axes of x, or is a bottom."""

    caffe_type = "Scale"
    bottoms = (1, 2)

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the blobs: no gamma where the factor is a bottom."""
        gammas = () if len(layer.parameter.bottom) > 1 else (ParamBlob("gamma"),)
        has_beta = layer.parameter.scale_param.bias_term
        return (*gammas, ParamBlob("beta")) if has_beta else gammas

    def build(self, layer: Layer, bottom: Blob, *factors: Blob) -> Blob:
        """Return the product, and the sum where there is a bias term."""
        param = layer.parameter.scale_param
        if factors:
            return _by_bottom(layer, bottom, factors[0])
        fillers = (_filler(param), param.bias_filler)
        axes = axes_of(layer, bottom, param)
        return affine(layer, bottom, axes, fillers, shifts=param.bias_term)


def _filler(param: Any) -> Any:
    """Return the filler of gamma: ones unless the file gives another."""
    return param.filler if param.HasField("filler") else type(param.filler)(value=1)


def _by_bottom(layer: Layer, bottom: Blob, other: Blob) -> Blob:
    param = layer.parameter.scale_param
    factor = broadcast(layer, bottom, other, param.axis)
    top = bottom.of(layer.keras(keras.layers.Multiply)([bottom.tensor, factor.tensor]))
    if not param.bias_term:
        return top
    first = layer.axis(bottom, param.axis) if other.rank else 0
    axes = range(first, first + other.rank)
    return affine(layer, top, axes, (param.bias_filler,), part="bias", scales=False)
