"""xavier: uniform weights whose variance keeps signals equally large from layer to layer."""

from math import sqrt
from typing import Any

import numpy as np

from owltf.fillers.fan_size import fan
from owltf.fillers.uniform import between


def xavier(rng: np.random.Generator, shape: tuple[int, ...], parameter: Any) -> np.ndarray:
    """Return uniform random numbers of variance 1 / fan (Glorot and Bengio 2010, Caffe's form)."""
    bound = sqrt(3 / fan(shape, parameter))
    return between(rng, shape, -bound, bound)
