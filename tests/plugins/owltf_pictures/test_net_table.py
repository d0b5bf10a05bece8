"""Columns fit their widest cell."""

from __future__ import annotations

from owltf_pictures.net_layers import Box, Drawing
from owltf_pictures.net_table import table_lines


def test_columns() -> None:
    boxes = [Box("a" * 20, "X"), Box("b", "Y", "1", [(2,), ()], 1234)]
    head, first, second, last = table_lines(Drawing("", boxes, []))
    assert head.index("type") == first.index("X") == second.index("Y") == 22
    assert second.endswith("2, 1    1,234")
    assert last == "net: 2 layers, 1,234 parameters, 0 multiply-adds an image"


def test_columns_are_as_wide_as_names_are_shown() -> None:
    boxes = [Box("a\033[31mb", "X"), Box("c", "Y")]
    _, first, second, _ = table_lines(Drawing("", boxes, []))
    assert first == "a\\x1b[31mb  X"
    assert second.index("Y") == first.index("X")
