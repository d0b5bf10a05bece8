"""ContrastiveLoss: a loss that makes similar pairs near, and others farther than a margin."""

from __future__ import annotations

from math import prod
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.layers.loss.normalization import global_mean

EPSILON = 1e-4


@tf.custom_gradient
def distance(difference: Any) -> tuple[Any, Any]:
    """Return the length of each row; the gradient adds an epsilon to the divisor, as Caffe does."""
    length = tf.norm(difference, axis=1, keepdims=True)
    return length, lambda upstream: upstream * difference / (length + EPSILON)


@keras.saving.register_keras_serializable("owltf")
class Contrastive(keras.layers.Layer):
    """Computes the mean over pairs of d² / 2 if similar, else max(margin - d, 0)² / 2.

    Args:
        margin: the distance that pairs must have which are not similar.
        legacy_version: compute max(margin - d², 0) / 2 for these instead.
    """

    def __init__(self, margin: float, legacy_version: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.margin, self.legacy_version = margin, legacy_version

    def call(self, inputs: Any) -> Any:
        """Return the loss of rows a (N, C), b (N, C) and labels (N, 1), not 0 if similar."""
        a, b, labels = inputs
        similar = tf.not_equal(tf.cast(labels, tf.int32), 0)
        squared = tf.reduce_sum(tf.square(a - b), axis=1, keepdims=True)
        values = tf.where(similar, squared, self._apart(a - b, squared))
        return global_mean(tf.reduce_sum(values) / 2, tf.shape(a)[0])

    def _apart(self, difference: Any, squared: Any) -> Any:
        if self.legacy_version:
            return tf.nn.relu(self.margin - squared)
        return tf.square(tf.nn.relu(self.margin - distance(difference)))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"margin": self.margin, "legacy_version": self.legacy_version}
        return {**super().get_config(), **own}


class ContrastiveLoss(LayerConverter):
    """A loss over pairs of rows: small if similar ones are near and others far apart."""

    caffe_type = "ContrastiveLoss"
    bottoms = (3, 3)
    is_loss = True

    def build(self, layer: Layer, a: Blob, b: Blob, labels: Blob) -> Blob:
        """Return the loss."""
        self._check_shapes(layer, a, b, labels)
        rows = [a.flatten(), b.flatten(), labels.reshape((a.shape[0], 1), "labels")]
        param = layer.parameter.contrastive_loss_param
        loss = layer.keras(Contrastive, margin=param.margin, legacy_version=param.legacy_version)
        return a.scalar(loss([each.tensor for each in rows]))

    def _check_shapes(self, layer: Layer, a: Blob, b: Blob, labels: Blob) -> None:
        shapes = a.shape, b.shape, labels.shape
        if (
            len(a.shape) < 2
            or a.shape[:2] != b.shape[:2]
            or prod(labels.shape) != a.shape[0]
            or prod(a.shape[2:]) * prod(b.shape[2:]) != 1
        ):
            raise layer.error(
                "bottoms must be (N, C), (N, C) and N labels; got {}, {} and {}".format(*shapes)
            )
