"""constant: every weight is the same value."""

from typing import Any

import numpy as np


def constant(rng: np.random.Generator, shape: tuple[int, ...], parameter: Any) -> np.ndarray:
    """Return `value` everywhere, a read-only array that takes the memory of one number."""
    return np.broadcast_to(np.float32(parameter.value), shape)
