"""Says which layers of a net cannot be built, and why, before any is built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from owltf.caffe.net.graph import Graph, GraphLayer
from owltf.convert.context import NetContext
from owltf.convert.keras_names import KerasNames
from owltf.convert.layer import Layer, UnsupportedLayerError
from owltf.did_you_mean import did_you_mean
from owltf.fork_plugins import who_brings_it
from owltf.registry.type_converters import ClaimedLayerError

_MOST_LINES = 3


def unsupported_layers(graph: Graph, context: NetContext) -> Iterator[str]:
    """Yield a sentence for each layer that cannot be built, and for each unknown type one."""
    unknown: dict[str, list[GraphLayer]] = {}
    for layer in graph.layers:
        reason = unsupported_reason(layer, context)
        if reason and layer.type not in _known(context):
            unknown.setdefault(layer.type, []).append(layer)
        elif reason:
            yield reason
    for layers in unknown.values():
        yield _unknown_type(layers[0], context, layers[1:])


def _known(context: NetContext) -> set[str]:
    return {*context.registry.converters, *context.registry.data_layers}


def unsupported_reason(layer: GraphLayer, context: NetContext) -> str | None:
    """Return why a layer cannot be built, or None if it can."""
    try:
        converter = context.registry.converter(layer.parameter)
    except ClaimedLayerError as error:
        return f"layer '{layer.name}' ({layer.where}): {error.reason}"
    if converter is None:
        return _not_converted(layer, context)
    try:
        converter.check(Layer.of(layer, context, KerasNames(())))
    except UnsupportedLayerError as error:
        return str(error)
    return None


def _not_converted(layer: GraphLayer, context: NetContext) -> str | None:
    if layer.type in context.registry.data_layers:
        return None
    return _unknown_type(layer, context)


def _unknown_type(layer: GraphLayer, context: NetContext, others: Sequence[GraphLayer] = ()) -> str:
    """Return a sentence about a layer's type, and the other layers that have it."""
    start = f"layer '{layer.name}' ({layer.where}):"
    hint = who_brings_it(layer.type) or did_you_mean(layer.type, _known(context))
    return f"{start} unknown layer type '{layer.type}'{_as_well(others)}: {hint}"


def _as_well(others: Sequence[GraphLayer]) -> str:
    """Return the lines of other layers of a type: `, and 12 more (lines 7, 9, 12 and 9 more)`."""
    if not others:
        return ""
    lines = [each.where.rpartition(":")[2] for each in others]
    known = [line for line in lines if line.isdigit()][:_MOST_LINES]
    rest = f" and {len(others) - len(known)} more" if len(others) > len(known) else ""
    shown = f" (line{'s' if len(others) > 1 else ''} {', '.join(known)}{rest})" if known else ""
    return f", and {len(others)} more{shown}"
