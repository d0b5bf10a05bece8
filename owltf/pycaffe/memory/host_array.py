"""HostArray: an array that a script reads and writes, and that keeps its place in memory."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import prod

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

# References that `sys.getrefcount` counts of an object that one attribute alone holds.
_UNHELD = sys.getrefcount(np.empty(0)) + 1


class HostArray:
    """Float32 values in Caffe's order, in memory that is made when it is first asked for.

    A script may keep an array that it was given. Such an array must show the values of each later
    pass; all others are copied from the device only when they are read.

    Args:
        shape: the sizes.

    Attributes:
        is_given: whether the script was given the array, and may have written into it, since the
            device knew its values.
        is_current: whether the array holds the newest values.
    """

    def __init__(self, shape: Sequence[int]) -> None:
        self.shape = tuple(int(size) for size in shape)
        self.is_given, self.is_current = False, True
        self._memory: Array | None = None

    def reshape(self, shape: Sequence[int]) -> None:
        """Change the shape; as in Caffe, the values stay as long as the memory is large enough."""
        self.fetch()
        self.shape = tuple(int(size) for size in shape)
        self._allocate()

    @property
    def array(self) -> Array:
        """The values, to be read and written in place."""
        self.fetch()
        self.is_given = True
        return self.view()

    def view(self) -> Array:
        """Return the array as it is."""
        return self._allocate()[: prod(self.shape)].reshape(self.shape)

    def fetch(self) -> None:
        """Make the array hold the newest values."""
        if not self.is_current:
            self.is_current = True
            np.copyto(self.view(), self.newest().reshape(self.shape))

    def newest(self) -> Array:
        """Return the values that the device holds."""
        raise NotImplementedError

    def is_held(self) -> bool:
        """Return whether the script still has the array, or a view of it."""
        return self._memory is not None and sys.getrefcount(self._memory) > _UNHELD

    def is_blank(self) -> bool:
        """Return whether nobody asked for the memory yet, so that all values are 0."""
        return self._memory is None

    def changed(self) -> None:
        """Take note of new values on the device; whoever holds the array sees them at once."""
        self.is_current, self.is_given = False, False
        if self.is_held():
            self.fetch()
            self.is_given = True

    def _allocate(self) -> Array:
        count = prod(self.shape)
        if self._memory is None:
            self._memory = np.zeros(count, np.float32)
        elif self._memory.size < count:
            grown = np.zeros(count, np.float32)
            grown[: self._memory.size] = self._memory
            self._memory = grown
        return self._memory
