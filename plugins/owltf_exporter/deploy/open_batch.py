"""Whether a net takes batches of any size, or only that of its prototxt."""

from __future__ import annotations

from typing import Any

from owltf.api import Net

_OVER_TIME = ("LSTM", "LSTMUnit", "RNN")


def has_open_batch(net: Net) -> bool:
    """Return whether the first axis of all inputs is one batch, which may have any size.

    It is not in layers over time, whose first axis is time; nor where inputs differ along it, as
    images and their regions do; nor where weights lie along it.
    """
    sizes = {net.blob_shapes[name][:1] for name in net.inputs}
    return len(sizes) == 1 and not any(_is_bound(net, layer) for layer in net.graph.layers)


def _is_bound(net: Net, layer: Any) -> bool:
    parameter = layer.parameter
    if layer.type in ("Scale", "Bias") and len(parameter.bottom) == 1:
        own = parameter.scale_param if layer.type == "Scale" else parameter.bias_param
        rank = len(net.layer_tops[layer.name][0].shape)
        return bool(own.num_axes) and own.axis in (0, -rank)
    return layer.type in _OVER_TIME
