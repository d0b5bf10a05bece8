"""Blob: values with their gradients, as pycaffe gives them to a Python layer."""

from __future__ import annotations

import operator

import numpy as np
import numpy.typing as npt

from owltf.python_layers.named_axes import NamedAxes

Array = npt.NDArray[np.float32]


class Blob(NamedAxes):
    """Values and gradients of one shape, float32 in Caffe's order.

    Args:
        *shape: the sizes.
    """

    def __init__(self, *shape: int) -> None:
        self._shape: tuple[int, ...] = ()
        self._data, self._diff = np.zeros((2, 0), np.float32)
        self._is_frozen = False
        self.reshape(*shape)

    def reshape(self, *shape: int) -> None:
        """Change the shape; as in Caffe, the values stay as long as the memory is large enough.

        Raises:
            ValueError: if a size is negative.
        """
        sizes = tuple(operator.index(size) for size in shape)
        if any(size < 0 for size in sizes):
            raise ValueError(f"sizes must not be negative, got {sizes}")
        self._shape = sizes
        if self.count > self._data.size:
            self._data, self._diff = np.zeros((2, self.count), np.float32)

    def freeze(self) -> None:
        """Make `data` read-only from now on, except for `fill`."""
        self._is_frozen = True

    def fill(self, values: npt.ArrayLike) -> None:
        """Change the values, and the shape to theirs."""
        array = np.asarray(values, np.float32)
        self.reshape(*array.shape)
        self._data[: self.count] = array.ravel()

    @property
    def data(self) -> Array:
        """The values, to be read and written in place."""
        view = self._data[: self.count].reshape(self._shape)
        view.flags.writeable = not self._is_frozen
        return view

    @property
    def diff(self) -> Array:
        """The gradients, to be read and written in place."""
        return self._diff[: self.count].reshape(self._shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes."""
        return self._shape


class Blobs(list[Blob]):
    """A layer's parameter blobs, which its `setup` adds and fills."""

    def add_blob(self, *shape: int) -> None:
        """Add a blob of zeros."""
        self.append(Blob(*shape))
