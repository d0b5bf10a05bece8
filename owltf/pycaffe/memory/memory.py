"""Memory: the values, or the gradients, of one blob of a net."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from owltf.pycaffe.memory.host_array import Array, HostArray
from owltf.pycaffe.memory.order import Order


class Memory(HostArray):
    """Values that passes leave on the device, in the layout of their tensor, until they are read.

    Args:
        shape: the sizes in Caffe's order.
    """

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__(shape)
        self._value: Any = None
        self._order: Order | None = None

    def set(self, value: Any, order: Order) -> None:
        """Take the values that a pass computed.

        Args:
            value: a tensor.
            order: how its values lie.
        """
        self._value, self._order = value, order
        self.shape = order.shape_in_caffe(value)
        self.changed()

    def tensor(self, order: Order) -> Any:
        """Return the values as a tensor in which they lie in an order."""
        if self._value is not None and not self.is_given and order.is_like(self._order):
            return self._value
        self.fetch()
        self.is_given = self.is_held()
        self._value, self._order = order.value_of_caffe(self.view()), order
        return self._value

    def newest(self) -> Array:
        """Return the values that the device holds, in Caffe's order."""
        if self._value is None or self._order is None:
            return np.zeros(self.shape, np.float32)
        return np.asarray(self._order.array_in_caffe(self._value))

    def reshape(self, shape: Sequence[int]) -> None:
        """Change the shape."""
        if tuple(shape) != self.shape:
            super().reshape(shape)
            self._value = None

    def is_blank(self) -> bool:
        """Return whether all values are 0, as nobody set them yet."""
        return super().is_blank() and self._value is None

    def clear(self) -> None:
        """Set all values to 0."""
        self._value, self.is_current = None, True
        if not super().is_blank():
            self.view()[...] = 0
            self.is_given = True
