"""MultinomialLogisticLoss: the cross entropy of probabilities and the true class."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.layers.loss.normalization import global_mean
from owltf.layers.loss.softmax_with_loss import scores_and_labels
from owltf.runtime.graph_checks import check_labels

# Caffe uses this in place of smaller probabilities.
SMALLEST = 1e-20


@tf.custom_gradient
def log_probability(probability: Any) -> tuple[Any, Any]:
    """Return log(p) with p replaced by the smallest below that; its slope is 1 / p throughout."""
    cut = tf.maximum(probability, SMALLEST)
    return tf.math.log(cut), lambda upstream: upstream / cut


@keras.saving.register_keras_serializable("owltf")
class LogLikelihood(keras.layers.Layer):
    """Computes the mean over rows of -log p of the true class.

    Args:
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of every Keras layer.
    """

    def __init__(self, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.title = title
        self.supports_jit = False

    def call(self, inputs: Any) -> Any:
        """Return the loss of probabilities (N, C) and labels (N,)."""
        probabilities, labels = inputs
        labels, _ = check_labels(labels, probabilities.shape[-1], self.title)
        own = tf.gather(probabilities, labels, axis=-1, batch_dims=1)
        total = -tf.reduce_sum(log_probability(own))
        return global_mean(total, tf.shape(probabilities)[0])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "title": self.title}


class MultinomialLogisticLoss(LayerConverter):
    """The cross entropy of probabilities, such as a Softmax layer's, and the true class."""

    caffe_type = "MultinomialLogisticLoss"
    bottoms = (2, 2)
    is_loss = True

    def build(self, layer: Layer, probabilities: Blob, labels: Blob) -> Blob:
        """Return the loss; all axes but the first are classes."""
        loss = layer.keras(LogLikelihood, title=layer.title)
        pair = scores_and_labels(layer, probabilities.flatten(), labels, 1)
        return probabilities.scalar(loss([each.tensor for each in pair]))
