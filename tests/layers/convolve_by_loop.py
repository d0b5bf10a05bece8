"""Convolutions and deconvolutions of any number of axes, place by place, as they are defined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

Sizes = Sequence[int]


def convolved(
    images: np.ndarray, filters: np.ndarray, *, stride: Sizes, pad: Sizes, dilation: Sizes
) -> np.ndarray:
    """Return the convolution of (N, C, ...) with filters of (O, C / groups, ...).

    Args:
        images: the images.
        filters: their filters; the groups follow from the channels.
        stride: the filters' steps along each axis.
        pad: the zeros on each side.
        dilation: the distance between neighbours in a filter.
    """
    padded = np.pad(images, [(0, 0), (0, 0), *((side, side) for side in pad)])
    sides = zip(padded.shape[2:], filters.shape[2:], stride, dilation, strict=True)
    size = [(side - step * (kernel - 1) - 1) // by + 1 for side, kernel, by, step in sides]
    groups = images.shape[1] // filters.shape[1]
    top = np.empty((len(images), len(filters), *size))
    summed = range(1, images.ndim)
    for place, cells in _places(size, filters.shape[2:], stride, dilation):
        parts = zip(np.split(padded[cells], groups, 1), np.split(filters, groups), strict=True)
        top[place] = np.concatenate([np.tensordot(*part, (summed, summed)) for part in parts], 1)
    return top


def deconvolved(
    images: np.ndarray,
    filters: np.ndarray,
    *,
    groups: int,
    stride: Sizes,
    pad: Sizes,
    dilation: Sizes,
) -> np.ndarray:
    """Return the deconvolution of (N, C, ...) with filters of (C, O / groups, ...).

    Each value of an image scales its filter, which is added to the top from `stride` times its
    place on; then the padding is cut off.
    """
    sides = zip(images.shape[2:], filters.shape[2:], stride, dilation, strict=True)
    size = [by * (side - 1) + step * (kernel - 1) + 1 for side, kernel, by, step in sides]
    top = np.zeros((len(images), filters.shape[1] * groups, *size))
    for place, cells in _places(images.shape[2:], filters.shape[2:], stride, dilation):
        parts = zip(np.split(images[place], groups, 1), np.split(filters, groups), strict=True)
        top[cells] += np.concatenate([np.einsum("nc,co...->no...", *part) for part in parts], 1)
    inner = [slice(side, end - side) for side, end in zip(pad, size, strict=True)]
    return top[(slice(None), slice(None), *inner)]


def _places(
    count: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes
) -> Iterator[tuple[tuple[slice | int, ...], tuple[slice, ...]]]:
    """Yield each place of a window, and the cells under it, as indices of (N, C, ...)."""
    both = (slice(None), slice(None))
    for place in np.ndindex(*count):
        starts = [at * by for at, by in zip(place, stride, strict=True)]
        sides = zip(starts, kernel, dilation, strict=True)
        cells = [slice(start, start + step * (size - 1) + 1, step) for start, size, step in sides]
        yield (*both, *place), (*both, *cells)
