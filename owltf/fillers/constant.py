"""constant: one value everywhere."""

from typing import Any

import numpy as np


def constant(rng: np.random.Generator, shape: tuple[int, ...], parameter: Any) -> np.ndarray:
    """Return `value` everywhere."""
    return np.full(shape, parameter.value, np.float32)
