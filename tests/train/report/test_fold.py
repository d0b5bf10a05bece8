"""Lines are folded between items."""

from __future__ import annotations

from owltf.train.report.fold import fold


def test_items_stay_whole() -> None:
    assert fold(["TRAIN:", "loss 1", "a 0.5", "b 2"], 16) == ["TRAIN:  loss 1", "  a 0.5  b 2"]
    assert fold(["one"], 16) == ["one"]
    assert fold([], 16) == []


def test_what_is_wider_than_a_line_is_broken() -> None:
    assert fold(["x", "snapshot a/b/c", "y"], 8) == ["x", "  snapsh", "  ot a/b", "  /c  y"]
