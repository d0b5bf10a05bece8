"""Losses that other layers take, and what Caffe then makes of their default weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from owltf.caffe.net.graph import Graph, GraphLayer
from owltf.convert.context import NetContext


def consumed_losses(graph: Graph, context: NetContext) -> dict[str, str]:
    """Return the loss layers that train nothing by their default weight.

    Caffe keeps the default weight 1 of a loss in the gradient of its top. A layer that takes the
    top and leads to another loss writes its own gradient over it: so the loss counts in the
    objective, and sends no gradient of its own. A weight that is written in the file is kept apart.

    Args:
        graph: the net's layers.
        context: what the net is built with.

    Returns:
        The layer that takes it, by the loss layer's name.
    """
    found = {}
    reads = _Reads.of(graph)
    trains = _trains(graph, context, reads)
    for place, layer in enumerate(graph.layers):
        if _is_default_loss(layer, context):
            takers = reads.takers.get((place, 0), ())
            taker = next((each for each in takers if each.index in trains and each.sends), None)
            if taker is not None:
                found[layer.name] = graph.layers[taker.index].name
    return found


def consumed_loss_notes(consumed: Mapping[str, str]) -> list[str]:
    """Return a sentence for each loss of `consumed_losses`."""
    return [
        f"Loss '{name}' counts in the objective by its default weight 1 but sends no gradient of "
        f"its own, as layer '{taker}' takes it; with loss_weight: 1 it would"
        for name, taker in consumed.items()
    ]


@dataclass(frozen=True)
class _Taker:
    """A layer that takes a top.

    Attributes:
        index: its place among the layers.
        sends: whether it sends a gradient back.
    """

    index: int
    sends: bool


@dataclass(frozen=True)
class _Reads:
    """Who takes what, by the place of the layer that makes it and the top's number."""

    takers: dict[tuple[int, int], list[_Taker]]

    @classmethod
    def of(cls, graph: Graph) -> _Reads:
        forced = graph.source.parameter.force_backward
        makers: dict[str, tuple[int, int]] = {}
        takers: dict[tuple[int, int], list[_Taker]] = {}
        for place, layer in enumerate(graph.layers):
            flags = layer.parameter.propagate_down
            for index, blob in enumerate(layer.parameter.bottom):
                sends = forced or index >= len(flags) or flags[index]
                takers.setdefault(makers[blob], []).append(_Taker(place, sends))
            makers.update((blob, (place, top)) for top, blob in enumerate(layer.parameter.top))
        return cls(takers)


def _trains(graph: Graph, context: NetContext, reads: _Reads) -> set[int]:
    """Return the places of the layers that lead to a loss; of all if `force_backward` is set."""
    if graph.source.parameter.force_backward:
        return set(range(len(graph.layers)))
    found: set[int] = set()
    for place in reversed(range(len(graph.layers))):
        layer = graph.layers[place]
        tops = range(len(layer.parameter.top))
        taken = (each.index for top in tops for each in reads.takers.get((place, top), ()))
        is_loss = any(layer.parameter.loss_weight) or _is_default_loss(layer, context)
        if is_loss or not found.isdisjoint(taken):
            found.add(place)
    return found


def _is_default_loss(layer: GraphLayer, context: NetContext) -> bool:
    converter = context.registry.converter(layer.parameter)
    return converter is not None and converter.is_loss and not layer.parameter.loss_weight
