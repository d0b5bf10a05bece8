"""positive_unitball: positive weights that sum to one for each output."""

from typing import Any

import numpy as np


def positive_unitball(
    rng: np.random.Generator, shape: tuple[int, ...], parameter: Any
) -> np.ndarray:
    """Return uniform random numbers divided by their sum over all axes but the first."""
    draws = rng.random(shape, np.float32)
    rows = draws.reshape(shape[0], -1)
    return np.asarray(rows / rows.sum(axis=1, keepdims=True)).reshape(shape)
