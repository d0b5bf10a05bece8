"""A Keras model for nets without inputs, which Keras itself does not allow."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("owltf")
class ModelWithoutInputs(keras.Model):
    """Feeds a model the one input that Keras asks for, a number that changes nothing.

    Args:
        model: the model.
        **kwargs: the arguments of every Keras model.
    """

    def __init__(self, model: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.built = True

    def call(self, inputs: Any = None, training: bool = False) -> Any:
        """Return the model's outputs."""
        return self.model(tf.zeros(()), training=training)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the model."""
        model = keras.saving.serialize_keras_object(self.model)
        return {**super().get_config(), "model": model}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> ModelWithoutInputs:
        """Return the model of a configuration."""
        model = keras.saving.deserialize_keras_object(config.pop("model"))
        return cls(model, **config)
