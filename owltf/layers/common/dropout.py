"""Dropout: leaves out values at random while training."""

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
    """Keras's Dropout, which in a run draws by the place in the global batch.

    Then the same values are left out for any number of replicas, and again after a resume.

    Args:
        rate: the part left out.
        stream: the name of the draws.
        batch: the rows of the global batch.
        **kwargs: those of `keras.layers.Dropout`.
    """

    def __init__(self, rate: float, stream: str, batch: int, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.stream = stream
        self.batch = batch

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return what is kept, larger by 1 / (1 - rate); all of it outside training."""
        step = current_step()
        if step is None or not training:
            return super().call(inputs, training=training)
        return self._dropped(inputs, step)

    def _dropped(self, inputs: Any, step: Step) -> Any:
        draws = step.uniform(self.stream, tf.shape(inputs), self.batch)
        kept = tf.ensure_shape(draws, inputs.shape) >= self.rate
        return tf.where(kept, inputs / (1 - self.rate), 0)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "stream": self.stream, "batch": self.batch}

    def source(self, call: SourceCall) -> str:
        """Return the call in plain Keras."""
        return call.layer_call("layers.Dropout", self.rate)


class Dropout(LayerConverter):
    """Leaves out `dropout_ratio` of the values and scales the others, in training alone."""

    caffe_type = "Dropout"
    passes_on = True

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the values that are kept."""
        ratio = layer.parameter.dropout_param.dropout_ratio
        if not 0 <= ratio < 1:
            raise layer.error(f"dropout_ratio must be at least 0 and less than 1, got {ratio:g}")
        return bottom.map(
            layer.keras(PlacedDropout, rate=ratio, stream=layer.name, batch=bottom.batch)
        )
