"""gaussian: normally distributed weights; with `sparse`, most of them are zero."""

from typing import Any

import numpy as np


def gaussian(rng: np.random.Generator, shape: tuple[int, ...], parameter: Any) -> np.ndarray:
    """Return random numbers of mean `mean` and deviation `std`.

    With `sparse: k`, a number is kept with probability k / (size of axis 0), else it is 0, so that
    each output has about k inputs, as in Caffe's GaussianFiller.
    """
    draws = normal(rng, shape, parameter.std)
    if parameter.mean:
        draws += np.float32(parameter.mean)
    if parameter.sparse < 0:
        return draws
    kept = rng.random(shape, np.float32) < parameter.sparse / shape[0]
    return np.asarray(draws * kept)


def normal(rng: np.random.Generator, shape: tuple[int, ...], std: float) -> np.ndarray:
    """Return normally distributed float32 numbers of mean 0."""
    draws = rng.standard_normal(shape, np.float32)
    draws *= np.float32(std)
    return draws
