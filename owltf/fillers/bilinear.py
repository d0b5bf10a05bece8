"""bilinear: the weights with which a Deconvolution enlarges images by interpolation."""

from math import ceil
from typing import Any

import numpy as np

from owltf.errors import OwltfError


def bilinear(rng: np.random.Generator, shape: tuple[int, ...], parameter: Any) -> np.ndarray:
    """Return kernels that fall linearly from the centre, the same for every filter.

    Raises:
        OwltfError: if the blob has not four axes or its kernels are not square.
    """
    if len(shape) != 4 or shape[2] != shape[3]:
        raise OwltfError(f"filler bilinear: needs a blob (N, C, size, size), got {shape}")
    factor = ceil(shape[3] / 2)
    center = (shape[3] - 1) / (2 * factor)
    side = 1 - np.abs(np.arange(shape[3]) / factor - center)
    return np.broadcast_to(np.outer(side, side), shape).astype(np.float32)
