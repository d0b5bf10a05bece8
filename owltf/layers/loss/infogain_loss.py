"""InfogainLoss: a cross entropy in which a matrix weighs all classes for each true class."""

from __future__ import annotations

from math import log
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.caffe.net.read import read_blob
from owltf.convert.axis_zero import with_leading_axis, without_leading_axis
from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.layers.loss.multinomial_logistic_loss import SMALLEST
from owltf.layers.loss.normalization import ignore_label, normalization, normalized
from owltf.layers.loss.softmax_with_loss import Probabilities, scores_and_labels
from owltf.runtime.graph_checks import check_labels, check_one_replica


@tf.custom_gradient
def floored(values: Any) -> tuple[Any, Any]:
    """Return logarithms limited to Caffe's smallest; the gradient ignores the limit."""
    return tf.maximum(values, log(SMALLEST)), lambda upstream: upstream


@keras.saving.register_keras_serializable("owltf")
class Infogain(keras.layers.Layer):
    """Computes -H[label] · log softmax(scores) over the last axis, summed and normalized.

    Args:
        outer: how many of the scores' first axes `BATCH_SIZE` counts as rows.
        mode: the normalization.
        ignore_label: the label to ignore; None if all count.
        matrix: "kept" if H is a weight of this layer. Else H is a third input: "whole" on each
            replica, or a "batch" that is split by rows.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of every Keras layer.
    """

    def __init__(
        self,
        outer: int,
        mode: str,
        ignore_label: int | None,
        matrix: str,
        title: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.outer, self.mode, self.ignore_label = outer, mode, ignore_label
        self.matrix, self.title = matrix, title
        self.supports_jit = False

    def build(self, input_shape: Any) -> None:
        """Add the matrix."""
        if self.matrix == "kept":
            shape = (input_shape[0][-1],) * 2
            self.kept = self.add_weight(
                name="matrix", shape=shape, initializer="zeros", trainable=False
            )

    def call(self, inputs: Any) -> Any:
        """Return the loss of scores (..., C), labels (...) and, unless kept, H (C, C)."""
        scores, labels, *matrix = inputs
        labels, counted = check_labels(labels, scores.shape[-1], self.title, self.ignore_label)
        weights = tf.gather(self._matrix(matrix), labels)
        values = -tf.reduce_sum(weights * floored(tf.nn.log_softmax(scores)), -1)
        rows = tf.reduce_prod(tf.shape(scores)[: self.outer])
        return normalized(values, self.mode, rows, counted)

    def _matrix(self, given: Any) -> Any:
        if self.matrix == "kept":
            return tf.convert_to_tensor(self.kept)
        if self.matrix == "batch":
            check_one_replica(self.title, "a matrix whose rows are those of a batch")
        return tf.stop_gradient(given[0])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"outer": self.outer, "mode": self.mode, "title": self.title}
        more = {"ignore_label": self.ignore_label, "matrix": self.matrix}
        return {**super().get_config(), **own, **more}


class InfogainLoss(LayerConverter):
    """A cross entropy in which row `label` of a matrix weighs the classes."""

    caffe_type = "InfogainLoss"
    bottoms = (2, 3)
    tops = (1, 2)
    is_loss = True

    def build(self, layer: Layer, scores: Blob, labels: Blob, *matrix: Blob) -> list[Blob]:
        """Return the loss; a second top has the probabilities."""
        first = layer.axis(scores, layer.parameter.infogain_loss_param.axis)
        scores, axis = with_leading_axis(layer, scores, first)
        given = [_square(layer, each, scores.shape[axis]) for each in matrix]
        kept = None if given else _from_file(layer, scores.shape[axis])
        # A blob without an open batch, such as a Parameter, is whole on every replica.
        places = ["batch" if each.tensor.shape[0] is None else "whole" for each in given]
        loss = _keras(layer, axis, matrix=places[0] if places else "kept")
        inputs = [*scores_and_labels(layer, scores, labels, axis), *given]
        tops = [scores.scalar(loss([each.tensor for each in inputs]))]
        if kept is not None:
            loss.kept.assign(kept)
        if len(layer.tops) > 1:
            softmax = layer.keras(Probabilities, part="softmax", axis=scores.axis(axis))
            tops.append(without_leading_axis(scores.map(softmax), first))
        return tops


def _keras(layer: Layer, axis: int, *, matrix: str) -> Any:
    param = layer.parameter.loss_param
    return layer.keras(
        Infogain,
        outer=axis,
        mode=normalization(param, "VALID"),
        ignore_label=ignore_label(param),
        constants=["matrix"],
        matrix=matrix,
        title=layer.title,
    )


def _square(layer: Layer, matrix: Blob, classes: int) -> Blob:
    if np.prod(matrix.shape) != classes**2:
        raise _not_square(layer, f"'{matrix.name}'", matrix.shape, classes)
    return matrix.reshape((classes, classes), "matrix")


def _from_file(layer: Layer, classes: int) -> np.ndarray:
    source = layer.parameter.infogain_loss_param.source
    if not source:
        raise layer.error("needs the matrix: infogain_loss_param { source: ... } or a third bottom")
    matrix = read_blob(layer.find_file(source))
    if matrix.size != classes**2:
        raise _not_square(layer, source, matrix.shape, classes)
    return matrix.reshape(classes, classes)


def _not_square(layer: Layer, what: str, shape: tuple[int, ...], classes: int) -> Exception:
    return layer.error(
        f"needs a matrix of {classes}x{classes} for {classes} classes; {what} has shape {shape}"
    )
