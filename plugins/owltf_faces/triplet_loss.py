"""TripletLoss: others of a class nearer than those of other classes, by a margin."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, global_sum


@keras.saving.register_keras_serializable("owltf_faces")
class Triplets(keras.layers.Layer):
    """Half the mean over rows of max(0, margin + |a - p|² - |a - n|²).

    Args:
        margin: by how much the squared distances must differ.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, margin: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.margin = margin

    def call(self, inputs: Any) -> Any:
        """Return the loss of rows a, p and n, (N, C) each."""
        anchor, positive, negative = inputs
        near, far = (tf.reduce_sum(tf.square(anchor - each), -1) for each in (positive, negative))
        each = tf.nn.relu(self.margin + near - far) / 2
        total, rows = global_sum(tf.reduce_sum(each), tf.cast(tf.shape(anchor)[0], each.dtype))
        return total / rows

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "margin": self.margin}


class TripletLoss(LayerConverter):
    """Half the mean of how far triplets (anchor, same class, other class) miss the margin."""

    caffe_type = "TripletLoss"
    bottoms = (3, 3)
    is_loss = True

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the loss.

        Raises:
            OwltfError: if the bottoms' shapes differ.
        """
        if any(each.shape != bottoms[0].shape for each in bottoms):
            shapes = ", ".join(str(each.shape) for each in bottoms)
            raise layer.error(f"bottoms must have one shape; got {shapes}")
        loss = layer.keras(Triplets, margin=layer.parameter.triplet_loss_param.margin)
        return bottoms[0].scalar(loss([each.flatten().tensor for each in bottoms]))
