"""Resizes images as scikit-image and SciPy do, which pycaffe used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def resize_within(image: Array, size: Sequence[int], order: int) -> Array:
    """Return an image whose pixels keep their places; beyond its edges everything is 0.

    Args:
        image: (H, W, C).
        size: the new height and width.
        order: that of the interpolation: 0 is the nearest pixel, 1 linear.
    """
    if order > 1:
        factors = [new / old for new, old in zip(size, image.shape, strict=False)] + [1]
        grid: Any = {"order": order, "mode": "grid-constant", "grid_mode": True}
        return np.asarray(_scipy().zoom(image, factors, **grid))
    rows, columns = (
        _weights(_centres(new, old), old, order)
        for new, old in zip(size, image.shape, strict=False)
    )
    return _resized(image, rows, columns)


def resize_to_corners(image: Array, size: Sequence[int], order: int) -> Array:
    """Return an image whose corner pixels stay corner pixels.

    Args:
        image: (H, W, C).
        size: the new height and width.
        order: that of the interpolation: 0 is the nearest pixel, 1 linear.
    """
    if order > 1:
        factors = [new / old for new, old in zip(size, image.shape, strict=False)] + [1]
        return np.asarray(_scipy().zoom(image, factors, order=order))
    rows, columns = (
        _weights(np.linspace(0, old - 1, new), old, order)
        for new, old in zip(size, image.shape, strict=False)
    )
    return _resized(image, rows, columns)


def _centres(new: int, old: int) -> Array:
    """Return where the middle of each new pixel lies, counted in old ones."""
    return (np.arange(new) + 0.5) * (old / new) - 0.5


def _weights(places: Array, count: int, order: int) -> Array:
    """Return the weight of each old pixel in each new one, (new, old)."""
    weights = np.zeros((len(places), count + 2))
    if order == 0:
        weights[np.arange(len(places)), np.floor(places + 0.5).astype(int) + 1] = 1
    else:
        below = np.floor(places).astype(int)
        weights[np.arange(len(places)), below + 1] = 1 - (places - below)
        # The last pixel's other neighbour is beyond the edge.
        weights[np.arange(len(places)), np.minimum(below + 2, count + 1)] += places - below
    return weights[:, 1:-1]


def _resized(image: Array, rows: Array, columns: Array) -> Array:
    tall = np.tensordot(rows, image, axes=(1, 0))
    return np.tensordot(tall, columns, axes=(1, 1)).transpose(0, 2, 1)


def _scipy() -> Any:
    try:
        from scipy import ndimage
    except ImportError as error:
        raise ImportError("an interp_order above 1 needs SciPy: pip install scipy") from error
    return ndimage
