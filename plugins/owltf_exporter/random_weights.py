"""Random weights, where a net's fillers leave nothing but zeros."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from owltf.api import Net

_BIAS = 0.1


def fill_zeros(net: Net) -> None:
    """Give random values to parameter blobs that hold zeros alone.

    Deploy files name no fillers, and a net of zeros gives the same whatever it computes. The values
    keep activations from growing or fading over many layers.

    Args:
        net: the net.
    """
    rng, kinds = np.random.default_rng(0), {each.name: each.type for each in net.graph.layers}
    net.set_params(
        {
            name: _statistics(blobs)
            if kinds[name] == "BatchNorm"
            else [blob if np.any(blob) else _drawn(rng, blob.shape) for blob in blobs]
            for name, blobs in net.get_params().items()
        }
    )


def _statistics(blobs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return BatchNorm's sums as they are, or those of mean 0 and variance 1 if it has none."""
    mean, variance, count = blobs
    if np.any(count):
        return list(blobs)
    return [np.zeros_like(mean), np.ones_like(variance), np.ones_like(count)]


def _drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    deviation = math.sqrt(2 / math.prod(shape[1:])) if len(shape) > 1 else _BIAS
    return deviation * rng.standard_normal(shape, np.float32)
