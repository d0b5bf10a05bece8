"""Whose each history blob of a solverstate is, for a net of other layers than the trained one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from owltf.caffe.binary.weights import Weights
from owltf.convert.params import Param


def history_by_layer(
    history: Sequence[np.ndarray], weights: Weights, params: Sequence[Param], slots: int
) -> Sequence[np.ndarray]:
    """Return the history for a net that has other layers than the one that was trained.

    The blobs have no names; the weights beside them tell whose they are. What has no history of its
    shape starts at zero. Where layers share weights this cannot be told, and the history is given
    as it is.

    Args:
        history: the blobs of a solverstate.
        weights: the layers of the caffemodel beside it.
        params: the parameter blobs of the net.
        slots: how many history blobs a parameter has.
    """
    owners = [(layer.name, index) for layer in weights for index in range(len(layer.blobs))]
    if len(history) != slots * len(owners):
        return history
    keys = [(slot, *owner) for slot in range(slots) for owner in owners]
    known = dict(zip(keys, history, strict=True))
    return [
        _of_size(known.get((slot, param.layer, param.index)), param.shape)
        for slot in range(slots)
        for param in params
    ]


def _of_size(blob: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    if blob is None or blob.size != math.prod(shape):
        return np.zeros(shape, np.float32)
    return blob
