"""Takes the values under each window of an image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import tensorflow as tf

from owltf.convert.window import Window


def patches(inputs: Any, window: Window, out: Sequence[Any]) -> Any:
    """Return the values under each window as (N, ..., C, K), one of K for each cell of the kernel.

    Args:
        inputs: (N, ..., C), padded so that every window lies in it.
        window: kernel, stride and dilation along the spatial axes.
        out: how many windows there are along each axis.
    """
    return tf.stack([inputs[under(cell, window, out)] for cell in cells_of(window)], -1)


def cells_of(window: Window) -> Iterator[tuple[int, ...]]:
    """Yield the position of each cell of a kernel, in Caffe's order."""
    return product(*(range(size) for size in window.kernel))


def under(cell: tuple[int, ...], window: Window, out: Sequence[Any]) -> tuple[slice, ...]:
    """Return the index of the values that lie under one cell of the kernel, for all windows."""
    axes = zip(cell, window.dilation, window.stride, out, strict=True)
    starts = [(place * dilation, stride, count) for place, dilation, stride, count in axes]
    sides = [
        slice(start, start + (count - 1) * stride + 1, stride) for start, stride, count in starts
    ]
    return (slice(None), *sides)
