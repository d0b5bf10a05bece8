"""A point is of training, at no known time, unless it says otherwise."""

from __future__ import annotations

from owltf_pictures.points import LOSS, Point


def test_a_point() -> None:
    assert Point(LOSS, 1, 2) == ("loss", 1, 2, None, None)
