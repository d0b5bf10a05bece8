"""EuclideanLoss: half the squared distance between two bottoms, the mean over rows."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.layers.loss.normalization import global_mean
from owltf.layers.loss.pair import in_one_shape


@keras.saving.register_keras_serializable("owltf")
class HalfSquaredDistance(keras.layers.Layer):
    """Computes the sum of (a - b)² over all values, divided by twice the number of rows."""

    def call(self, inputs: Any) -> Any:
        """Return the loss."""
        a, b = inputs
        return global_mean(tf.reduce_sum(tf.square(a - b)) / 2, tf.shape(a)[0])


class EuclideanLoss(LayerConverter):
    """Half the squared distance between two bottoms, the mean over rows."""

    caffe_type = "EuclideanLoss"
    bottoms = (2, 2)
    is_loss = True

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the loss."""
        a, b = in_one_shape(layer, *bottoms)
        return a.scalar(layer.keras(HalfSquaredDistance)([a.tensor, b.tensor]))
