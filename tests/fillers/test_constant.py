"""Tests of the constant filler."""

from owltf.fillers.constant import constant


def test_is_zero_unless_told_otherwise(filled) -> None:
    assert not filled(constant, (3, 2)).any()


def test_has_one_value(filled) -> None:
    assert (filled(constant, (3, 2, 4), value=0.5) == 0.5).all()
