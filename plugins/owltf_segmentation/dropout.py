"""Dropout with `sample_weights_test`, by which Bayesian SegNet draws in tests too."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import (
    Blob,
    Dropout,
    Layer,
    OnnxNode,
    PlacedDropout,
    SourceCall,
    current_step,
    stream_key,
)


@keras.saving.register_keras_serializable("owltf_segmentation")
class AlwaysDropout(PlacedDropout):
    """Dropout in training and outside.

    In a run the draws belong to the pass and the row, as those of training; elsewhere each pass
    draws the same, so that a net gives one answer.
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the values kept, times 1 / (1 - rate), and zeros."""
        if current_step() is not None:
            return super().call(inputs, training=True)
        seed = (stream_key(0, self.stream) % (1 << 31), 0)
        kept = tf.random.stateless_uniform(tf.shape(inputs), seed) >= self.rate
        return tf.where(kept, inputs / (1 - self.rate), 0)

    def source(self, call: SourceCall) -> str:
        """Refuse: a program in plain Keras drops nothing outside of training."""
        raise call.unsupported("sample_weights_test: true")


class SampledDropout(Dropout):
    """Dropout with `sample_weights_test: true`: values are dropped in tests as well."""

    passes_on = False

    def fits(self, parameter: Any) -> bool:
        """Return whether the field is true."""
        return bool(parameter.dropout_param.sample_weights_test)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the bottom with values dropped."""
        return bottom.map(self.keras_layer(layer, bottom, AlwaysDropout))

    def onnx(self, node: OnnxNode) -> None:
        """Refuse to write what draws random numbers.

        Raises:
            UnsupportedLayerError: always.
        """
        raise node.unsupported("sample_weights_test: true")
