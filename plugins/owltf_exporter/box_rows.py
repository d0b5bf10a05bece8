"""Puts detections in the order of others, as a set of boxes has none of its own."""

from __future__ import annotations

import numpy as np

from owltf.api import Net, converter_of


def box_outputs(net: Net) -> frozenset[str]:
    """Return the outputs of a net that hold detections."""
    registry = net.context.registry
    made = (
        layer.parameter.top[0]
        for layer in net.graph.layers
        if converter_of(layer.parameter, registry).gives_boxes
    )
    return frozenset(made) & set(net.outputs)


def in_order_of(wanted: np.ndarray, got: np.ndarray) -> np.ndarray:
    """Return detections in the order of others: each is put where the nearest one is.

    Boxes whose scores differ by less than an addition's rounding may come in either order.

    Args:
        wanted: the others, (..., rows, values).
        got: the detections, of the same shape.
    """
    ours, theirs = (np.reshape(each, (-1, each.shape[-1])) for each in (got, wanted))
    distances = np.abs(ours[None] - theirs[:, None]).max(-1)
    placed = np.empty(len(theirs), int)
    for _ in range(len(theirs)):
        place, nearest = np.unravel_index(np.argmin(distances), distances.shape)
        placed[place] = nearest
        distances[place], distances[:, nearest] = np.inf, np.inf
    return ours[placed].reshape(got.shape)
