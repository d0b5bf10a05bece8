"""Scale: multiplies by learnable numbers, or by a second bottom, along some axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.layers.activation.affine import affine, axes_of, broadcast
from owltf.layers.activation.onnx_operand import blob_operand, bottom_operand


class Scale(LayerConverter):
    """Multiplies x by gamma along some axes, or by a second bottom; `bias_term` adds a beta."""

    caffe_type = "Scale"
    bottoms = (1, 2)

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the parameter blobs: no gamma if the factor is a bottom."""
        gammas = () if len(layer.parameter.bottom) > 1 else (ParamBlob("gamma"),)
        has_beta = layer.parameter.scale_param.bias_term
        return (*gammas, ParamBlob("beta")) if has_beta else gammas

    def build(self, layer: Layer, bottom: Blob, *factors: Blob) -> Blob:
        """Return the product, with beta added if there is a bias term."""
        param = layer.parameter.scale_param
        if factors:
            return _by_bottom(layer, bottom, factors[0])
        fillers = (_filler(param), param.bias_filler)
        axes = axes_of(layer, bottom, param)
        return affine(layer, bottom, axes, fillers, shifts=param.bias_term)

    def onnx(self, node: OnnxNode) -> None:
        """Write Mul, and Add if there is a bias term."""
        param, blobs = node.parameter.scale_param, list(node.blobs)
        if len(node.bottoms) > 1:
            factor, axes = bottom_operand(node, param.axis), len(node.shape_of(node.bottoms[1]))
        else:
            factor, axes = blob_operand(node, "gamma", blobs[0], param.axis), blobs[0].ndim
            blobs = blobs[1:]
        if not blobs:
            node.add("Mul", node.x, factor)
            return
        scaled = node.add("Mul", node.x, factor, part="scaled")
        beta = blobs[0].reshape(blobs[0].shape or (1,) * axes)
        node.add("Add", scaled, blob_operand(node, "beta", beta, param.axis))

    def affine(
        self, parameter: Any, blobs: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return gamma and beta, if they lie along axis 1."""
        gamma, *beta = blobs
        if parameter.scale_param.axis != 1 or gamma.ndim != 1:
            return None
        return gamma, beta[0] if beta else np.zeros_like(gamma)

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return whether gamma or beta lies along the batch."""
        param, is_own = parameter.scale_param, len(parameter.bottom) == 1
        return bool(param.num_axes if is_own else param.bias_term) and param.axis in (0, -rank)


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
