"""Tells whether a net can compute batches of any size, or only that of its prototxt."""

from __future__ import annotations

from typing import Any

from owltf.convert.converter import converter_of
from owltf.net.net import Net


def has_open_batch(net: Net) -> bool:
    """Return whether the first axis of all inputs is the same batch, which may have any size.

    It may not if inputs differ along it, as images and their regions do, or if a layer fixes it, as
    recurrent layers do.
    """
    sizes = {net.blob_shapes[name][:1] for name in net.inputs}
    return len(sizes) == 1 and not any(_is_fixed(net, layer) for layer in net.graph.layers)


def _is_fixed(net: Net, layer: Any) -> bool:
    tops = net.layer_tops[layer.name]
    rank = len(tops[0].shape) if tops else 0
    converter = converter_of(layer.parameter, net.context.registry)
    return converter.fixes_batch(layer.parameter, rank)
