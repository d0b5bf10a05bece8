"""Poolings of one image, window by window, by Caffe's rules as plain as they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import ceil, floor

import numpy as np

# (kernel, stride, pad) of windows; each is tried on several sizes.
RULES = [
    (kernel, stride, pad)
    for kernel, stride, pad in product((1, 2, 3, 5), (1, 2, 3, 4), (0, 1, 2))
    if pad < kernel
]

Rules = tuple[int, int, int]


def images() -> Iterator[tuple[np.ndarray, Rules]]:
    """Yield images (H, W) of negative values, each with the rules of windows that fit."""
    rng = np.random.default_rng(0)
    for height, (kernel, stride, pad) in product((4, 7, 8), RULES):
        if kernel <= height + 2 * pad:
            image = rng.standard_normal((height, height + 1), dtype=np.float32) - 3
            yield image, (kernel, stride, pad)


def windows(size: int, rules: Rules, *, down: bool = False) -> list[range]:
    """Return the rows of each window, clipped to the image.

    Args:
        size: how many rows the image has.
        rules: kernel, stride and pad.
        down: whether the number of windows is rounded down.
    """
    kernel, stride, pad = rules
    rounded = floor if down else ceil
    count = rounded((size + 2 * pad - kernel) / stride) + 1
    if pad and (count - 1) * stride >= size + pad:
        count -= 1
    starts = [index * stride - pad for index in range(count)]
    return [range(max(start, 0), min(start + kernel, size)) for start in starts]


def pooled(
    image: np.ndarray,
    rules: Rules,
    function: Callable[[np.ndarray, np.ndarray], float],
    *,
    down: bool = False,
) -> np.ndarray:
    """Return a function of each window's values, and of their places, row * width + column."""
    rows, columns = (windows(size, rules, down=down) for size in image.shape)
    places = np.arange(image.size).reshape(image.shape)
    top = np.empty((len(rows), len(columns)))
    for y, x in np.ndindex(top.shape):
        under = np.ix_(rows[y], columns[x])
        top[y, x] = function(image[under].ravel(), places[under].ravel())
    return top
