"""Blob: the values and gradients of a blob or a parameter, as pycaffe shows them."""

from __future__ import annotations

import operator

from owltf.pycaffe.memory.host_array import Array, HostArray
from owltf.python_layers.named_axes import NamedAxes


class Blob(NamedAxes):
    """Values and gradients of one shape, in Caffe's order.

    Args:
        data: holds the values.
        diff: holds the gradients.
    """

    # pycaffe's errors are RuntimeErrors.
    wrong = RuntimeError

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

    def __repr__(self) -> str:
        return f"<Blob {self.shape}>"
