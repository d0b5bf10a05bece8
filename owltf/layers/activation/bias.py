"""Bias: adds a learnable blob, or a second bottom, along some axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall
from owltf.layers.activation.affine import affine, axes_of, broadcast


@keras.saving.register_keras_serializable("owltf")
class AddTerm(keras.layers.Layer):
    """x + a term that is spread over x.

    Keras's Add takes a term of shape (N, 1, 1, 1) for a bias of the channels where N is their
    number.
    """

    any_size = True

    def call(self, inputs: Sequence[Any]) -> Any:
        """Return the sum of two tensors."""
        return tf.add(*inputs)

    def compute_output_shape(self, input_shape: Sequence[Any]) -> Any:
        """Return the shape of x."""
        return input_shape[0]

    def source(self, call: SourceCall) -> str:
        """Return the call in plain Keras."""
        return " + ".join(call.inputs)


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
            return bottom.of(layer.keras(AddTerm)([bottom.tensor, term.tensor]))
        axes = axes_of(layer, bottom, param)
        return affine(layer, bottom, axes, (param.filler,), scales=False)
