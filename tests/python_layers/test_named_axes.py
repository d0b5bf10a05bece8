"""The names of a blob's axes."""

from __future__ import annotations

import pytest

from owltf.python_layers.named_axes import NamedAxes


class Sized(NamedAxes):
    def __init__(self, *shape: int) -> None:
        self._shape = shape

    @property
    def shape(self) -> tuple[int, ...]:
        return self._shape


def test_axes_that_are_not_there_are_of_size_1() -> None:
    sized = Sized(2, 3)
    assert (sized.num, sized.channels, sized.height, sized.width, sized.count) == (2, 3, 1, 1, 6)


def test_five_axes_have_no_names() -> None:
    with pytest.raises(ValueError, match="are of 4 axes; got"):
        _ = Sized(1, 2, 3, 4, 5).num
