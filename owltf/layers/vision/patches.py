"""Patches: the values that a window covers at each of its places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import tensorflow as tf

from owltf.convert.window import Window


def patches(inputs: Any, window: Window, out: Sequence[Any]) -> Any:
    """Return the values under each window as (N, ..., C, K), K the cells of the kernel in order.

    Args:
        inputs: (N, ..., C), padded so that every window lies in it.
        window: kernel, stride and dilation along the spatial axes.
        out: how many windows there are along each.
    """
    return tf.stack([inputs[under(cell, window, out)] for cell in cells_of(window)], -1)


def cells_of(window: Window) -> Iterator[tuple[int, ...]]:
    """Yield the place of each cell of a kernel, in Caffe's order."""
    return product(*(range(size) for size in window.kernel))


def under(cell: tuple[int, ...], window: Window, out: Sequence[Any]) -> tuple[slice, ...]:
    """Return what one cell of the kernel meets, over all windows."""
    axes = zip(cell, window.dilation, window.stride, out, strict=True)
    starts = [(place * dilation, stride, count) for place, dilation, stride, count in axes]
    sides = [
        slice(start, start + (count - 1) * stride + 1, stride) for start, stride, count in starts
    ]
    return (slice(None), *sides)
