"""Blob: the values and gradients of a blob or a parameter, as pycaffe shows them."""

from __future__ import annotations

import operator
from math import prod

from owltf.pycaffe.memory.host_array import Array, HostArray

_NAMED_AXES = 4


class Blob:
    """Values and gradients of one shape, in Caffe's order.

    Args:
        data: holds the values.
        diff: holds the gradients.
    """

    def __init__(self, data: HostArray, diff: HostArray) -> None:
        self.data_memory, self.diff_memory = data, diff

    @property
    def data(self) -> Array:
        """The values, an array to be read and written in place."""
        return self.data_memory.array

    @property
    def diff(self) -> Array:
        """The gradients, an array to be read and written in place."""
        return self.diff_memory.array

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes."""
        return self.data_memory.shape

    @property
    def count(self) -> int:
        """The number of values."""
        return prod(self.shape)

    @property
    def num(self) -> int:
        """The size of axis 0, 1 if there is none."""
        return self._named(0)

    @property
    def channels(self) -> int:
        """The size of axis 1, 1 if there is none."""
        return self._named(1)

    @property
    def height(self) -> int:
        """The size of axis 2, 1 if there is none."""
        return self._named(2)

    @property
    def width(self) -> int:
        """The size of axis 3, 1 if there is none."""
        return self._named(3)

    def reshape(self, *shape: int) -> None:
        """Change the shape; the net's other blobs follow in `net.reshape()` or the next forward.

        Raises:
            RuntimeError: if a size is negative.
        """
        sizes = tuple(operator.index(size) for size in shape)
        if any(size < 0 for size in sizes):
            raise RuntimeError(f"sizes must not be negative, got {sizes}")
        self.data_memory.reshape(sizes)
        self.diff_memory.reshape(sizes)

    def _named(self, axis: int) -> int:
        if len(self.shape) > _NAMED_AXES:
            raise RuntimeError(f"num, channels, height and width are of 4 axes; got {self.shape}")
        return self.shape[axis] if axis < len(self.shape) else 1

    def __repr__(self) -> str:
        return f"<Blob {self.shape}>"
