"""Gives two bottoms that a loss compares value by value the same shape."""

from __future__ import annotations

from math import prod

from owltf.convert.blob import Blob, in_one_layout
from owltf.convert.layer import Layer


def in_one_shape(layer: Layer, *bottoms: Blob) -> list[Blob]:
    """Return bottoms with the same numbers of rows and values in one shape.

    Raises:
        OwltfError: if they differ in the number of rows or of values.
    """
    first, *others = [bottom.shape for bottom in bottoms]
    if not first or any(_size(shape) != _size(first) for shape in others):
        shapes = " and ".join(str(bottom.shape) for bottom in bottoms)
        raise layer.error(f"bottoms must agree in rows and in the number of values; got {shapes}")
    if all(shape == first for shape in others):
        return in_one_layout(bottoms)
    return [bottom.reshape((first[0], prod(first[1:]))) for bottom in bottoms]


def _size(shape: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    return shape[:1], prod(shape)
