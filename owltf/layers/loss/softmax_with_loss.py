"""SoftmaxWithLoss: a softmax over class scores, and its cross entropy with the true class."""

from __future__ import annotations

from math import log, prod
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.axis_zero import with_leading_axis, without_leading_axis
from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.layers.loss.normalization import ignore_label, normalization, normalized
from owltf.runtime.graph_checks import check_labels

# Caffe uses the smallest normal float in place of smaller probabilities.
LARGEST = -log(np.finfo(np.float32).tiny)


@tf.custom_gradient
def capped(loss: Any) -> tuple[Any, Any]:
    """Return a cross entropy limited to Caffe's largest; the gradient ignores the limit."""
    return tf.minimum(loss, LARGEST), lambda upstream: upstream


@keras.saving.register_keras_serializable("owltf")
class SoftmaxCrossEntropy(keras.layers.Layer):
    """Computes -log softmax(scores)[label] over the last axis, summed and normalized.

    Args:
        outer: how many of the scores' first axes `BATCH_SIZE` counts as rows.
        mode: the normalization.
        ignore_label: the label to ignore; None if all count.
        title: the Caffe layer in words, for errors.
    """

    any_size = True

    def __init__(
        self, outer: int, mode: str, ignore_label: int | None, title: str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.outer, self.mode, self.ignore_label = outer, mode, ignore_label
        self.title = title
        self.supports_jit = False

    def call(self, inputs: Any) -> Any:
        """Return the loss of scores (..., C) and labels (...)."""
        scores, labels = inputs
        labels, counted = check_labels(labels, scores.shape[-1], self.title, self.ignore_label)
        values = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores)
        rows = tf.reduce_prod(tf.shape(scores)[: self.outer])
        weighted = self.weighted(capped(values), labels, counted)
        return normalized(weighted, self.mode, rows, counted)

    def weighted(self, values: Any, labels: Any, counted: Any) -> Any:
        """Return the loss of each label as it counts in the sum.

        Args:
            values: the losses.
            labels: the classes, whole numbers; 0 where a label is ignored.
            counted: which labels are not ignored; None if all count.
        """
        return values

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"outer": self.outer, "mode": self.mode, "title": self.title}
        return {**super().get_config(), **own, "ignore_label": self.ignore_label}


@keras.saving.register_keras_serializable("owltf")
class Probabilities(keras.layers.Softmax):
    """A softmax without a gradient, for the second top of a loss."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Return the probabilities."""
        return tf.stop_gradient(super().call(inputs, mask))


class SoftmaxWithLoss(LayerConverter):
    """The cross entropy of a softmax over class scores and the true class."""

    caffe_type = "SoftmaxWithLoss"
    bottoms = (2, 2)
    tops = (1, 2)
    is_loss = True
    served_as = "Softmax"
    gives_probabilities = True

    def build(self, layer: Layer, scores: Blob, labels: Blob) -> list[Blob]:
        """Return the loss; a second top has the probabilities."""
        given = layer.axis(scores, layer.parameter.softmax_param.axis)
        scores, axis = with_leading_axis(layer, scores, given)
        inputs = [each.tensor for each in scores_and_labels(layer, scores, labels, axis)]
        param = layer.parameter.loss_param
        loss = self.cross_entropy(
            layer,
            inputs[0].shape[-1],
            outer=axis,
            mode=normalization(param, "VALID"),
            ignore_label=ignore_label(param),
            title=layer.title,
        )
        tops = [scores.scalar(loss(inputs))]
        if len(layer.tops) > 1:
            softmax = layer.keras(Probabilities, part="softmax", axis=scores.axis(axis))
            tops.append(without_leading_axis(scores.map(softmax), given))
        return tops

    def cross_entropy(self, layer: Layer, classes: int, **config: Any) -> Any:
        """Return the Keras layer of the loss.

        Args:
            layer: Caffe's layer.
            classes: how many there are.
            **config: the arguments of `SoftmaxCrossEntropy`.
        """
        return layer.keras(SoftmaxCrossEntropy, **config)

    def class_scores(self, parameter: Any) -> tuple[int, int | None]:
        """Return the axis of the classes, and the label to ignore or None."""
        return parameter.softmax_param.axis, ignore_label(parameter.loss_param)


def scores_and_labels(layer: Layer, scores: Blob, labels: Blob, axis: int) -> tuple[Blob, Blob]:
    """Return scores with the classes last, and labels in the shape of the other axes.

    Raises:
        OwltfError: if the number of labels does not fit the scores.
    """
    last = scores.with_last(axis)
    places = last.shape[:-1]
    if prod(labels.shape) != prod(places):
        raise layer.error(
            f"needs a label for each of {places}, the scores without axis {axis}; got "
            f"'{scores.name}' {scores.shape} and '{labels.name}' {labels.shape}"
        )
    return last, labels.reshape(places, "labels")
