"""SoftmaxWithLoss with `weight_by_label_freqs`, by which SegNet weighs rare classes more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from owltf.api import Layer, SoftmaxCrossEntropy, SoftmaxWithLoss, global_sum


@keras.saving.register_keras_serializable("owltf_segmentation")
class WeightedCrossEntropy(SoftmaxCrossEntropy):
    """A cross entropy in which each label has the weight of its class.

    Args:
        classes: how many classes there are.
        factors: one for each class; none for 1 / how often the label occurs in the batch.
        **config: the arguments of `SoftmaxCrossEntropy`.
    """

    def __init__(self, classes: int, factors: Sequence[float], **config: Any) -> None:
        super().__init__(**config)
        self.classes, self.factors = classes, list(factors)

    def weighted(self, values: Any, labels: Any, counted: Any) -> Any:
        """Return the losses times the weights of their labels."""
        return values * tf.gather(self._weights(labels, counted), labels)

    def _weights(self, labels: Any, counted: Any) -> Any:
        if self.factors:
            return tf.constant(self.factors, tf.float32)
        known = tf.reshape(labels if counted is None else tf.boolean_mask(labels, counted), (-1,))
        counts = tf.math.bincount(known, minlength=self.classes, maxlength=self.classes)
        (total,) = global_sum(tf.cast(counts, tf.float32))
        return 1 / tf.maximum(total, 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "classes": self.classes, "factors": self.factors}


class WeightedSoftmaxWithLoss(SoftmaxWithLoss):
    """SoftmaxWithLoss with `weight_by_label_freqs: true`: labels have their class's weight.

    The weights are those of `class_weighting`, or one over how often each label is in the batch.
    """

    def fits(self, parameter: Any) -> bool:
        """Return whether a loss has a field of SegNet's."""
        param = parameter.loss_param
        return bool(param.HasField("weight_by_label_freqs") or param.class_weighting)

    def cross_entropy(self, layer: Layer, classes: int, **config: Any) -> Any:
        """Return the Keras layer of the loss."""
        param = layer.parameter.loss_param
        if not param.weight_by_label_freqs:
            raise layer.error("class_weighting needs weight_by_label_freqs: true")
        factors = [float(each) for each in param.class_weighting]
        if len(factors) not in (0, classes):
            raise layer.error(f"needs a class_weighting for each of {classes} classes")
        return layer.keras(WeightedCrossEntropy, classes=classes, factors=factors, **config)
