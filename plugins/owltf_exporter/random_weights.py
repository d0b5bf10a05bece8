"""Random weights, where a net's fillers leave nothing but zeros."""

from __future__ import annotations

import math

import numpy as np

from owltf.api import Net, Param

_BIAS = 0.1


def fill_zeros(net: Net) -> None:
    """Give random values to parameter blobs that hold zeros alone.

    Deploy files name no fillers, and a net of zeros gives the same whatever it computes. The values
    keep activations from growing or fading over many layers.

    Args:
        net: the net.
    """
    rng = np.random.default_rng(0)
    net.set_params(
        {
            name: [_filled(rng, param) for param in params]
            for name, params in net.layer_params.items()
        }
    )


def _filled(rng: np.random.Generator, param: Param) -> np.ndarray:
    """Return a blob as it is or, if it holds zeros alone, what stands in for them."""
    value = param.get()
    if np.any(value):
        return value
    if param.blob.untrained is not None:
        return np.full_like(value, param.blob.untrained)
    return _drawn(rng, value.shape)


def _drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    deviation = math.sqrt(2 / math.prod(shape[1:])) if len(shape) > 1 else _BIAS
    return deviation * rng.standard_normal(shape, np.float32)
