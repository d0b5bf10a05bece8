"""Matches a solverstate's history blobs to the layers of a net other than the trained one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from owltf.caffe.binary.weights import Weights
from owltf.convert.params import Param


def history_by_layer(
    history: Sequence[np.ndarray], weights: Weights, params: Sequence[Param], slots: int
) -> Sequence[np.ndarray]:
    """Return the history blobs for a net that has other layers than the one that was trained.

    The blobs have no names, but lie in the order of the caffemodel's. A parameter for which there
    is no blob of its size gets zeros. Where layers share weights the order does not tell, and the
    history is returned as it is.

    Args:
        history: the blobs of a solverstate.
        weights: the layers of the caffemodel beside it.
        params: the parameter blobs of the net.
        slots: how many history blobs a parameter has.
    """
    owners = [
        (layer.name, index)
        for layer in weights
        for index in layer.indices or range(len(layer.blobs))
    ]
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
