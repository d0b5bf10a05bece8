"""A ReLU whose slope for negative values is itself negative, which Keras's refuses."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.source_call import SourceCall


@keras.saving.register_keras_serializable("owltf")
class RisingReLU(keras.layers.Layer):
    """Computes x if it is positive, else slope * x, with a slope below 0.

    Args:
        negative_slope: the slope.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, negative_slope: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = negative_slope

    def call(self, inputs: Any) -> Any:
        """Return the values."""
        return tf.where(inputs > 0, inputs, inputs * self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "negative_slope": self.negative_slope}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return f"ops.where({call.x} > 0, {call.x}, {call.literal(self.negative_slope)} * {call.x})"
