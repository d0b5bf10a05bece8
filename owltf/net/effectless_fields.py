"""Says which fields of a net's layers are given and change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from owltf.caffe.net.graph import Graph
from owltf.convert.context import NetContext
from owltf.convert.converter import converter_of


def effectless_notes(graph: Graph, context: NetContext) -> Iterator[str]:
    """Yield a sentence for each field that a layer's converter knows to change nothing."""
    for layer in graph.layers:
        converter = converter_of(layer.parameter, context.registry)
        for name, reason in converter.without_effect(layer.parameter).items():
            yield f"layer '{layer.name}' ({layer.where}): {name} has no effect: {reason}"
