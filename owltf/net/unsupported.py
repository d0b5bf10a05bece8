"""Says which layers of a net cannot be built, and why, before any is built."""

from __future__ import annotations

from collections.abc import Iterator

from owltf.caffe.net.graph import Graph, GraphLayer
from owltf.convert.context import NetContext
from owltf.convert.keras_names import KerasNames
from owltf.convert.layer import Layer, UnsupportedLayerError
from owltf.data.unread import UNREAD
from owltf.did_you_mean import did_you_mean


def unsupported_layers(graph: Graph, context: NetContext) -> Iterator[str]:
    """Yield a sentence for each layer of a graph that cannot be built."""
    for layer in graph.layers:
        reason = unsupported_reason(layer, context)
        if reason:
            yield reason


def unsupported_reason(layer: GraphLayer, context: NetContext) -> str | None:
    """Return why a layer cannot be built, or None if it can."""
    converter = context.registry.converters.get(layer.type)
    if converter is None:
        return _unknown_type(layer, context)
    try:
        converter.check(Layer.of(layer, context, KerasNames(())))
    except UnsupportedLayerError as error:
        return str(error)
    return None


def _unknown_type(layer: GraphLayer, context: NetContext) -> str | None:
    registry, start = context.registry, f"layer '{layer.name}' ({layer.where}):"
    if layer.type in registry.data_layers:
        return None
    if layer.type in UNREAD:
        return f"{start} owltf does not read {layer.type} layers yet; {UNREAD[layer.type]}"
    hint = did_you_mean(layer.type, {*registry.converters, *registry.data_layers})
    return f"{start} unknown layer type '{layer.type}': {hint}"
