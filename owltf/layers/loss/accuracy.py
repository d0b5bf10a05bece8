"""Accuracy: the share of samples whose true class is among the k best scores."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.axis_zero import with_leading_axis
from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.layers.loss.normalization import global_mean, ignore_label
from owltf.layers.loss.softmax_with_loss import scores_and_labels
from owltf.runtime.graph_checks import check_labels


@keras.saving.register_keras_serializable("owltf")
class TopKAccuracy(keras.layers.Layer):
    """Computes the share of labels whose class is among the k best scores along the last axis.

    Args:
        top_k: how many of the best scores count.
        per_class: whether to return a second tensor (C,), the share for each class.
        ignore_label: the label to ignore; None if all count.
        title: the Caffe layer in words, for errors.
    """

    any_size = True

    def __init__(
        self, top_k: int, per_class: bool, ignore_label: int | None, title: str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.top_k, self.per_class, self.ignore_label = top_k, per_class, ignore_label
        self.title = title
        self.supports_jit = False

    def call(self, inputs: Any) -> Any:
        """Return the accuracy of scores (..., C) and labels (...)."""
        scores, labels = inputs
        classes = scores.shape[-1]
        labels, counted = check_labels(labels, classes, self.title, self.ignore_label)
        right, counted = self._right(scores, labels), _weights(labels, counted)
        if not self.per_class:
            return global_mean(tf.reduce_sum(right * counted), tf.reduce_sum(counted))
        per_class = [
            tf.math.unsorted_segment_sum(values, labels, classes)
            for values in (right * counted, counted)
        ]
        return [global_mean(*map(tf.reduce_sum, per_class)), global_mean(*per_class)]

    def _right(self, scores: Any, labels: Any) -> Any:
        own = tf.gather(scores, labels, axis=-1, batch_dims=labels.shape.rank)
        # In Caffe another class with the same score counts as better than the true one.
        better = tf.math.count_nonzero(scores >= own[..., tf.newaxis], axis=-1) - 1
        return tf.cast(better < self.top_k, tf.float32)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"top_k": self.top_k, "per_class": self.per_class, "title": self.title}
        return {**super().get_config(), **own, "ignore_label": self.ignore_label}


def _weights(labels: Any, counted: Any) -> Any:
    return tf.ones_like(labels, tf.float32) if counted is None else tf.cast(counted, tf.float32)


class Accuracy(LayerConverter):
    """The share of samples whose true class is among the `top_k` best scores; it is no loss."""

    caffe_type = "Accuracy"
    bottoms = (2, 2)
    tops = (1, 2)
    is_judge = True

    def build(self, layer: Layer, scores: Blob, labels: Blob) -> list[Blob]:
        """Return the accuracy; a second top has the accuracy of each class."""
        param = layer.parameter.accuracy_param
        scores, axis = with_leading_axis(layer, scores, layer.axis(scores, param.axis))
        classes = scores.shape[axis]
        if param.top_k > classes:
            raise layer.error(
                f"top_k must be at most the number of classes, {classes}; got {param.top_k}"
            )
        accuracy = layer.keras(
            TopKAccuracy,
            top_k=param.top_k,
            per_class=len(layer.tops) > 1,
            ignore_label=ignore_label(param),
            title=layer.title,
        )
        tops = accuracy([each.tensor for each in scores_and_labels(layer, scores, labels, axis)])
        if len(layer.tops) == 1:
            return [scores.scalar(tops)]
        return [scores.scalar(tops[0]), scores.plain(tops[1], batch=classes)]

    def class_scores(self, parameter: Any) -> tuple[int, int | None]:
        """Return the axis of the classes, and the label to ignore or None."""
        param = parameter.accuracy_param
        return param.axis, ignore_label(param)
