"""gaussian: normal draws, most of them set to zero where `sparse` asks for it."""

from typing import Any

import numpy as np


def gaussian(rng: np.random.Generator, shape: tuple[int, ...], parameter: Any) -> np.ndarray:
    """Return draws of mean `mean` and deviation `std`.

    With `sparse` k, a draw stays with probability k / (size of axis 0), so that each output has
    about k inputs: Caffe's GaussianFiller.
    """
    draws = normal(rng, shape, parameter.std)
    if parameter.mean:
        draws += np.float32(parameter.mean)
    if parameter.sparse < 0:
        return draws
    kept = rng.random(shape, np.float32) < parameter.sparse / shape[0]
    return np.asarray(draws * kept)


def normal(rng: np.random.Generator, shape: tuple[int, ...], std: float) -> np.ndarray:
    """Return float32 normal draws around zero."""
    draws = rng.standard_normal(shape, np.float32)
    draws *= np.float32(std)
    return draws
