"""Finds the blobs of a net that hold the scores of classes, and the true labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from owltf.caffe.net.graph import GraphLayer
from owltf.convert.converter import LayerConverter, converter_of
from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.net.net import Net


@dataclass(frozen=True)
class ClassScores:
    """The tensor of a net that holds a score for each class.

    Attributes:
        layer: the name of the layer whose scores they are.
        tensor: the Keras tensor, the classes on its last axis.
        classes: how many classes there are.
        labels: the Keras tensor of the true classes; None if the net has no labels.
        ignore_label: the label to ignore; None if all count.
        blob: the name of the blob that the scores are computed from.
        axis: Caffe's axis of the classes in that blob.
        softmax: whether the scores are its softmax along that axis.
    """

    layer: str
    tensor: Any
    classes: int
    labels: Any = None
    ignore_label: int | None = None
    blob: str = ""
    axis: int = 1
    softmax: bool = False


def class_scores(net: Net) -> ClassScores | None:
    """Return the class scores that a net's last Accuracy layer compares with labels.

    Without an Accuracy layer, they are those of the last SoftmaxWithLoss layer. A layer of a plugin
    counts if its converter's `class_scores` says that it compares scores with labels.

    Returns:
        The scores before the softmax, or None if no such layer is in the net.
    """
    compared = [(layer, _compared(net, layer)) for layer in net.graph.layers]
    known = [(layer, how) for layer, how in compared if how]
    judges = [pair for pair in known if _converter(net, pair[0]).is_judge] or known
    return _scores(net, *judges[-1], softmax=False) if judges else None


def class_probabilities(net: Net, layer: str | None = None) -> ClassScores:
    """Return the tensor of a net that holds a probability for each class.

    Args:
        net: the net.
        layer: a Softmax or SoftmaxWithLoss layer, or any layer or blob that gives a number for
            each class; the last Softmax or SoftmaxWithLoss layer unless given.

    Raises:
        OwltfError: if there is no such layer.
    """
    if layer is None:
        layers = net.graph.layers
        found = [each for each in layers if _converter(net, each).gives_probabilities]
        if not found:
            raise OwltfError(
                f"net '{net.name}' has no Softmax or SoftmaxWithLoss layer; name the layer that "
                f"gives the classes' scores"
            )
        return _probabilities(net, found[-1])
    named = [each for each in net.graph.layers if each.name == layer]
    if named:
        return _probabilities(net, named[0])
    if layer not in net.blobs:
        known = {*net.blobs, *(each.name for each in net.graph.layers)}
        raise OwltfError(f"net '{net.name}' has no layer '{layer}': {did_you_mean(layer, known)}")
    return _rows(net, layer, layer)


def _converter(net: Net, layer: GraphLayer) -> LayerConverter:
    return converter_of(layer.parameter, net.context.registry)


def _compared(net: Net, layer: GraphLayer) -> tuple[int, int | None] | None:
    """Return the axis of the classes and the ignored label of a layer that compares scores."""
    return _converter(net, layer).class_scores(layer.parameter)


def _probabilities(net: Net, layer: GraphLayer) -> ClassScores:
    how = _compared(net, layer)
    if how and _converter(net, layer).gives_probabilities:
        return _scores(net, layer, how, softmax=True)
    return _rows(net, layer.name, net.output_of(layer.name).name)


def _rows(net: Net, layer: str, name: str) -> ClassScores:
    """Return the scores that a blob holds along axis 1, with the labels that the net has."""
    blob = net.blob(name)
    if blob.rank < 2:
        raise OwltfError(f"'{layer}' has shape {blob.shape}, not a score for each class")
    judge = class_scores(net)
    labels = net.blob(net.label_blob).to_caffe().tensor if net.label_blob else None
    if judge:
        labels = judge.labels
    ignored = judge.ignore_label if judge else None
    tensor = blob.with_last(1).tensor
    return ClassScores(layer, tensor, blob.shape[1], labels, ignored, name)


def _scores(
    net: Net, layer: GraphLayer, how: tuple[int, int | None], *, softmax: bool
) -> ClassScores:
    """Return the scores that a layer compares with labels."""
    scores, labels = (net.blob(name) for name in list(layer.parameter.bottom)[:2])
    axis, ignored = how
    last = scores.with_last(axis).tensor
    tensor = keras.ops.softmax(last, axis=-1) if softmax else last
    wanted = labels.to_caffe().tensor
    classes = scores.shape[axis]
    return ClassScores(layer.name, tensor, classes, wanted, ignored, scores.name, axis, softmax)
