"""NamedAxes: the sizes of a blob by the names that pycaffe has for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import prod
from typing import ClassVar

_MOST_NAMED_AXES = 4


class NamedAxes(ABC):
    """Has a shape, whose sizes are also called num, channels, height and width.

    Attributes:
        wrong: the error of a name that the shape has no axis for.
    """

    wrong: ClassVar[type[Exception]] = ValueError

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """The sizes."""

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

    def _named(self, axis: int) -> int:
        if len(self.shape) > _MOST_NAMED_AXES:
            raise self.wrong(f"num, channels, height and width are of 4 axes; got {self.shape}")
        return self.shape[axis] if axis < len(self.shape) else 1
