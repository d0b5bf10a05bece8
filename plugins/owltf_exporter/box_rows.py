"""Puts detections in the order of others where equal scores leave it open."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from owltf.api import Net, converter_of

# The columns of a detection's row, and how far apart scores of one order may be.
_IMAGE, _SCORE = 0, 2
_ROUNDING = 1e-4


def box_outputs(net: Net, outputs: Iterable[str]) -> frozenset[str]:
    """Return those of some blobs of a net that hold detections."""
    registry = net.context.registry
    made = (
        layer.parameter.top[0]
        for layer in net.graph.layers
        if converter_of(layer.parameter, registry).gives_boxes
    )
    return frozenset(made) & set(outputs)


def in_order_of(wanted: np.ndarray, got: np.ndarray) -> np.ndarray:
    """Return detections in the order of others, as far as scores leave the order open.

    Detections come by their images, and by class or score. Of those in a row whose scores differ by
    less than rounding may change, each is put where the nearest one is; the others stay in place.

    Args:
        wanted: the others, (..., rows, values).
        got: the detections, of the same shape.
    """
    ours, theirs = (np.reshape(each, (-1, each.shape[-1])) for each in (got, wanted))
    steps = np.abs(np.diff(theirs[:, [_IMAGE, _SCORE]], axis=0))
    ends = np.flatnonzero((steps > [0, _ROUNDING]).any(1)) + 1
    placed = [
        _nearest(ours[run], theirs[run]) + run[0]
        for run in np.split(np.arange(len(theirs)), ends)
        if len(run)
    ]
    order = np.concatenate([np.empty(0, int), *placed])
    found: np.ndarray = ours[order].reshape(got.shape)
    return found


def _nearest(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return which of our rows is put at the place of each of theirs."""
    distances = np.abs(ours[None] - theirs[:, None]).max(-1)
    placed = np.empty(len(theirs), int)
    for _ in range(len(theirs)):
        place, nearest = np.unravel_index(np.argmin(distances), distances.shape)
        placed[place] = nearest
        distances[place], distances[:, nearest] = np.inf, np.inf
    return placed
