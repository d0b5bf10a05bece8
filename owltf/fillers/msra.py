"""msra: normal draws for layers that a ReLU follows."""

from math import sqrt
from typing import Any

import numpy as np

from owltf.fillers.fan import fan
from owltf.fillers.gaussian import normal


def msra(rng: np.random.Generator, shape: tuple[int, ...], parameter: Any) -> np.ndarray:
    """Return normal draws of variance 2 / fan (He et al. 2015)."""
    return normal(rng, shape, sqrt(2 / fan(shape, parameter)))
