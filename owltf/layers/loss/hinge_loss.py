"""HingeLoss: a loss unless the true class scores above 1 and all others below -1."""

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


@keras.saving.register_keras_serializable("owltf")
class Hinge(keras.layers.Layer):
    """Computes the mean over rows of max(0, 1 - x) for the true class, max(0, 1 + x) for others.

    Args:
        squared: whether the terms are squared before they are added.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of every Keras layer.
    """

    def __init__(self, squared: bool, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.squared, self.title = squared, title
        self.supports_jit = False

    def call(self, inputs: Any) -> Any:
        """Return the loss of scores (N, C) and labels (N,)."""
        scores, labels = inputs
        labels, _ = check_labels(labels, scores.shape[-1], self.title)
        signs = tf.one_hot(labels, scores.shape[-1], -1.0, 1.0)
        terms = tf.nn.relu(1 + signs * scores)
        total = tf.reduce_sum(tf.square(terms) if self.squared else terms)
        return global_mean(total, tf.shape(scores)[0])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "squared": self.squared, "title": self.title}


class HingeLoss(LayerConverter):
    """The hinge loss of one class against all others, with the `norm` L1 or L2."""

    caffe_type = "HingeLoss"
    bottoms = (2, 2)
    is_loss = True

    def build(self, layer: Layer, scores: Blob, labels: Blob) -> Blob:
        """Return the loss; all axes but the first are classes."""
        param = layer.parameter.hinge_loss_param
        loss = layer.keras(Hinge, squared=param.norm == param.L2, title=layer.title)
        pair = scores_and_labels(layer, scores.flatten(), labels, 1)
        return scores.scalar(loss([each.tensor for each in pair]))
