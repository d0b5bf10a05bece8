"""Bias: adds learnable numbers, or a second bottom, along some axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall
from owltf.layers.activation.affine import affine, axes_of, broadcast
from owltf.layers.activation.onnx_operand import blob_operand, bottom_operand


@keras.saving.register_keras_serializable("owltf")
class AddTerm(keras.layers.Layer):
    """Adds a smaller tensor to x, repeating it along the axes where its size is 1.

    Keras's Add is not used, as it takes a term of shape (N, 1, 1, 1) for a bias of the channels if
    N equals their number.
    """

    any_size = True

    def call(self, inputs: Sequence[Any]) -> Any:
        """Return the sum of two tensors."""
        return tf.add(*inputs)

    def compute_output_shape(self, input_shape: Sequence[Any]) -> Any:
        """Return the shape of x."""
        return input_shape[0]

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return " + ".join(call.inputs)


class Bias(LayerConverter):
    """Adds beta to x; beta lies along `num_axes` axes from `axis` on, or is a second bottom."""

    caffe_type = "Bias"
    bottoms = (1, 2)

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the parameter blobs: none if beta is a bottom."""
        return () if len(layer.parameter.bottom) > 1 else (ParamBlob("beta"),)

    def build(self, layer: Layer, bottom: Blob, *terms: Blob) -> Blob:
        """Return the sum."""
        param = layer.parameter.bias_param
        if terms:
            term = broadcast(layer, bottom, terms[0], param.axis)
            return bottom.of(layer.keras(AddTerm)([bottom.tensor, term.tensor]))
        axes = axes_of(layer, bottom, param)
        return affine(layer, bottom, axes, (param.filler,), scales=False)

    def onnx(self, node: OnnxNode) -> None:
        """Write Add."""
        axis = node.parameter.bias_param.axis
        if len(node.bottoms) > 1:
            term = bottom_operand(node, axis)
        else:
            term = blob_operand(node, "beta", node.blobs[0], axis)
        node.add("Add", node.x, term)

    def affine(
        self, parameter: Any, blobs: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return 1 and beta, if beta lies along axis 1."""
        if parameter.bias_param.axis != 1 or blobs[0].ndim != 1:
            return None
        return np.ones_like(blobs[0]), blobs[0]

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return whether beta lies along the batch."""
        param, is_own = parameter.bias_param, len(parameter.bottom) == 1
        return is_own and bool(param.num_axes) and param.axis in (0, -rank)
