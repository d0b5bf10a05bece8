"""Finds labels without a class in a net's data before the net is trained."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from owltf.caffe.net.graph import GraphLayer
from owltf.convert.converter import converter_of
from owltf.data.label_group import LabelGroup
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.source import Source


def check_labels_have_classes(net: Net) -> None:
    """Raise OwltfError if a record has a label that is none of the classes it is compared with.

    Labels are looked at that data layers know without long reading; the others are checked batch by
    batch.

    Args:
        net: the net.
    """
    for layer in net.graph.layers:
        how = converter_of(layer.parameter, net.context.registry).class_scores(layer.parameter)
        if how and len(layer.parameter.bottom) > 1:
            _check(net, layer, *how)


def _check(net: Net, layer: GraphLayer, axis: int, ignored: int | None) -> None:
    scores, labels = layer.parameter.bottom[:2]
    found = [source for source in net.sources if labels in source.tops]
    if not found:
        return
    classes = net.blob(scores).shape[axis]
    for group in _groups(found[0], labels):
        has_class = (group.values >= 0) & (group.values < classes) | (group.values == ignored)
        if not has_class.all():
            first = int(np.argmin(has_class))
            raise found[0].layer.context.error(
                f"{group.place(first)} has the label {group.values[first]:g}; {layer.type} layer "
                f"'{layer.name}' has the classes 0 to {classes - 1}"
            )


def _groups(source: Source, top: str) -> Iterator[LabelGroup]:
    try:
        yield from source.layer.label_groups(source.tops.index(top))
    except OwltfError:
        # What is wrong with the data is told when they are read.
        return
