"""Sizes of tensors whose axes may be open, so that they are known only during a pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf


def sizes_of(tensor: Any) -> list[Any]:
    """Return a tensor's size along each axis: a number, or a tensor where it is not known yet."""
    known = list(tensor.shape)
    if None not in known:
        return known
    found = tf.shape(tensor)
    return [found[axis] if size is None else size for axis, size in enumerate(known)]


def are_known(sizes: Sequence[Any]) -> bool:
    """Return whether all sizes are plain numbers."""
    return all(isinstance(size, int) for size in sizes)


def where_known(
    rule: Callable[[list[int]], Sequence[int]], sizes: Sequence[int | None]
) -> list[int | None]:
    """Return the sizes that a rule computes, with None along the axes whose size is None.

    Args:
        rule: returns the size of a top along each axis from the bottom's along the same axis.
        sizes: the bottom's sizes.
    """
    made = rule([1 if size is None else size for size in sizes])
    return [None if size is None else top for size, top in zip(sizes, made, strict=True)]


def opened(shape: Sequence[int | None]) -> tuple[int | None, ...]:
    """Return a shape with its spatial axes, those after (N, C), left open."""
    return (*shape[:2], *(None for _ in shape[2:]))
