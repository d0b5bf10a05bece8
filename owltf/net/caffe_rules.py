"""What Caffe refuses of any layer, whatever its type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from owltf.caffe.net.graph import Graph, GraphLayer, is_in_place
from owltf.convert.layer import Layer
from owltf.errors import OwltfError

# Their Caffe layers read the bottom after they have written the top.
_NEVER_IN_PLACE = {"AbsVal", "Flatten", "Reshape"}


def check_in_place(graph: Graph) -> None:
    """Refuse layers in place that Caffe refuses.

    Raises:
        OwltfError: if a layer cannot work in place, or works on a top with a `loss_weight`.
    """
    weighed: dict[str, GraphLayer] = {}
    for layer in graph.layers:
        weights = layer.parameter.loss_weight
        for index, blob in enumerate(layer.parameter.top):
            if is_in_place(layer.parameter, index):
                _check_one(layer, blob, weighed.get(blob))
            weighed.pop(blob, None)
            if index < len(weights) and weights[index]:
                weighed[blob] = layer


def _check_one(layer: GraphLayer, blob: str, loss: GraphLayer | None) -> None:
    start = f"{layer.where}: {layer.title}"
    if layer.type in _NEVER_IN_PLACE:
        raise OwltfError(f"{start} cannot work in place; give its top '{blob}' another name")
    if loss is not None:
        raise OwltfError(
            f"{start} works in place on '{blob}', which has a loss_weight in {loss.title} "
            f"({loss.where}); give one of the tops another name, or the loss_weight to the last"
        )


def check_params(layer: Layer, count: int) -> None:
    """Refuse more `param { ... }` than a layer has parameter blobs.

    Args:
        layer: the layer.
        count: how many it has.

    Raises:
        OwltfError: if it has fewer.
    """
    given = len(layer.parameter.param)
    if given > count:
        raise layer.error(f"has {count} parameter blobs, but {given} param {{ ... }}")


def same_name_notes(graph: Graph, params: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """Yield a sentence for each name that several layers with weights have.

    Args:
        graph: the net's layers.
        params: the parameter blobs of each layer, by its unique name.
    """
    places = defaultdict(list)
    for layer in graph.layers:
        if params.get(layer.name):
            places[layer.parameter.name].append(layer.where)
    for name, found in places.items():
        if len(found) > 1:
            yield (
                f"Several layers with weights are named '{name}' ({', '.join(found)}): Caffe "
                "cannot tell them apart in a caffemodel; rename them"
            )
