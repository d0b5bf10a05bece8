"""uniform: weights spread evenly between two bounds."""

from typing import Any

import numpy as np


def uniform(rng: np.random.Generator, shape: tuple[int, ...], parameter: Any) -> np.ndarray:
    """Return random numbers between `min` and `max`."""
    return between(rng, shape, parameter.min, parameter.max)


def between(
    rng: np.random.Generator, shape: tuple[int, ...], low: float, high: float
) -> np.ndarray:
    """Return float32 random numbers between two bounds."""
    draws = rng.random(shape, np.float32)
    draws *= np.float32(high - low)
    draws += np.float32(low)
    return draws
