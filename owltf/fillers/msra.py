"""msra: normally distributed weights for layers that are followed by a ReLU."""

from math import sqrt
from typing import Any

import numpy as np

from owltf.fillers.fan_size import fan
from owltf.fillers.gaussian import normal


def msra(rng: np.random.Generator, shape: tuple[int, ...], parameter: Any) -> np.ndarray:
    """Return normally distributed numbers of variance 2 / fan (He et al. 2015)."""
    return normal(rng, shape, sqrt(2 / fan(shape, parameter)))
