"""Patches: the values that a window covers at each of its places."""

from __future__ import annotations

from itertools import product
from typing import Any

import tensorflow as tf

from owltf.net.window import Window


def patches(inputs: Any, window: Window, out: list[int]) -> Any:
    """Return the values under each window as (N, ..., C, K), K the cells of the kernel in order.

    Args:
        inputs: (N, ..., C), padded so that every window lies in it.
        window: kernel, stride and dilation along the spatial axes.
        out: how many windows there are along each.
    """
    cells = product(*(range(size) for size in window.kernel))
    return tf.stack([inputs[_under(cell, window, out)] for cell in cells], -1)


def _under(cell: tuple[int, ...], window: Window, out: list[int]) -> tuple[slice, ...]:
    """Return what one cell of the kernel meets, over all windows."""
    axes = zip(cell, window.dilation, window.stride, out, strict=True)
    starts = [(place * dilation, stride, count) for place, dilation, stride, count in axes]
    sides = [
        slice(start, start + (count - 1) * stride + 1, stride) for start, stride, count in starts
    ]
    return (slice(None), *sides)
