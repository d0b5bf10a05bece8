"""SigmoidCrossEntropyLoss: the cross entropy of sigmoids and targets, value by value."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.layers.loss.normalization import ignore_label, normalization, normalized
from owltf.layers.loss.pair import in_one_shape


@keras.saving.register_keras_serializable("owltf")
class SigmoidCrossEntropy(keras.layers.Layer):
    """Computes the cross entropy of sigmoid(scores) and targets, summed and normalized.

    Args:
        mode: the normalization.
        ignore_label: the target to ignore, compared as a whole number; None if all count.
    """

    def __init__(self, mode: str, ignore_label: int | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mode, self.ignore_label = mode, ignore_label

    def call(self, inputs: Any) -> Any:
        """Return the loss; the targets get no gradient."""
        scores, targets = inputs
        targets = tf.stop_gradient(targets)
        values = tf.nn.sigmoid_cross_entropy_with_logits(targets, scores)
        return normalized(values, self.mode, tf.shape(scores)[0], self._counted(targets))

    def _counted(self, targets: Any) -> Any:
        if self.ignore_label is None:
            return None
        return tf.not_equal(tf.cast(targets, tf.int32), self.ignore_label)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"mode": self.mode, "ignore_label": self.ignore_label}
        return {**super().get_config(), **own}


class SigmoidCrossEntropyLoss(LayerConverter):
    """A loss for classes that do not exclude each other, each with a target from 0 to 1."""

    caffe_type = "SigmoidCrossEntropyLoss"
    bottoms = (2, 2)
    is_loss = True
    served_as = "Sigmoid"

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the loss."""
        param = layer.parameter.loss_param
        scores, targets = in_one_shape(layer, *bottoms)
        loss = layer.keras(
            SigmoidCrossEntropy,
            # Unlike SoftmaxWithLoss, Caffe's layer divides by the rows by default.
            mode=normalization(param, "BATCH_SIZE"),
            ignore_label=ignore_label(param),
        )
        return scores.scalar(loss([scores.tensor, targets.tensor]))
