"""SmoothL1Loss: half a square near 0, a slope of 1 beyond."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, global_sum, in_one_layout


def smooth_l1(x: Any) -> Any:
    """Return 0.5 x² where |x| < 1, and |x| - 0.5 elsewhere."""
    size = tf.abs(x)
    return tf.where(size < 1, 0.5 * tf.square(x), size - 0.5)


@keras.saving.register_keras_serializable("owltf_ssd")
class SmoothL1(keras.layers.Layer):
    """The sum of smooth_l1(w * (a - b)), divided by the rows."""

    def call(self, inputs: Any) -> Any:
        """Return the loss."""
        a, b, *weights = inputs
        difference = weights[0] * (a - b) if weights else a - b
        rows = tf.cast(tf.shape(a)[0], a.dtype)
        total, count = global_sum(tf.reduce_sum(smooth_l1(difference)), rows)
        return total / count


class SmoothL1Loss(LayerConverter):
    """The smooth L1 distance of two bottoms, each difference times a weight of a third if given."""

    caffe_type = "SmoothL1Loss"
    bottoms = (2, 3)
    is_loss = True

    def fits(self, parameter: Any) -> bool:
        """Return whether a loss has none of what other forks added: a sigma, a second weight."""
        given = {field.name for field, _ in parameter.ListFields()}
        return "smooth_l1_loss_param" not in given and len(parameter.bottom) <= self.bottoms[1]

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the loss, the mean over rows.

        Raises:
            OwltfError: if the bottoms' shapes differ.
        """
        first = bottoms[0]
        if any(each.shape != first.shape for each in bottoms):
            shapes = " and ".join(str(each.shape) for each in bottoms)
            raise layer.error(f"bottoms must have one shape; got {shapes}")
        tensors = [each.tensor for each in in_one_layout(bottoms)]
        return first.scalar(layer.keras(SmoothL1)(tensors))
