"""Dropout: sets values to zero at random in training."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.source_call import SourceCall
from owltf.runtime.step import Step, current_step


@keras.saving.register_keras_serializable("owltf")
class PlacedDropout(keras.layers.Dropout):
    """Keras's Dropout, but with random numbers that depend on a value's place in the whole batch.

    So the same values are dropped for any number of replicas, and again after a run is resumed.

    Args:
        rate: the share of values that is set to zero.
        stream: the name of the random numbers' stream.
        batch: the rows of the whole batch.
        **kwargs: the arguments of `keras.layers.Dropout`.
    """

    def __init__(self, rate: float, stream: str, batch: int, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.stream = stream
        self.batch = batch

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the values kept, times 1 / (1 - rate), and zeros; all values outside training."""
        step = current_step()
        if step is None or not training:
            return super().call(inputs, training=training)
        return self._dropped(inputs, step)

    def _dropped(self, inputs: Any, step: Step) -> Any:
        draws = step.uniform(self.stream, tf.shape(inputs), self.batch)
        kept = tf.ensure_shape(draws, inputs.shape) >= self.rate
        return tf.where(kept, inputs / (1 - self.rate), 0)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "stream": self.stream, "batch": self.batch}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return call.layer_call("layers.Dropout", self.rate)


class Dropout(LayerConverter):
    """In training, sets `dropout_ratio` of the values to zero and scales up the others."""

    caffe_type = "Dropout"
    passes_on = True

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the bottom with values dropped in training."""
        return bottom.map(self.keras_layer(layer, bottom, PlacedDropout))

    def keras_layer(self, layer: Layer, bottom: Blob, made: type[PlacedDropout]) -> Any:
        """Return the Keras layer.

        Args:
            layer: Caffe's layer.
            bottom: its bottom.
            made: the Keras layer's class.

        Raises:
            OwltfError: if the ratio is none.
        """
        ratio = layer.parameter.dropout_param.dropout_ratio
        if not 0 <= ratio < 1:
            raise layer.error(f"dropout_ratio must be at least 0 and less than 1, got {ratio:g}")
        return layer.keras(made, rate=ratio, stream=layer.name, batch=bottom.batch)
