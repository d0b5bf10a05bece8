"""Files of class names."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.errors import OwltfError
from owltf.inference.class_names import read_class_names


def test_a_line_is_a_class(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("n01440764 tench, Tinca tinca\r\nn01443537 goldfish \n\n")
    assert read_class_names(file, 2) == ["n01440764 tench, Tinca tinca", "n01443537 goldfish"]


def test_a_name_may_hold_what_ends_a_line_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("a\u2028b\x0c\nc\x85d\n")
    assert read_class_names(tmp_path / "words.txt", 2) == ["a\u2028b", "c\x85d"]


def test_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("a\nb\n")
    with pytest.raises(OwltfError, match="words.txt: names 2 classes where the net has 3"):
        read_class_names(file, 3)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OwltfError, match="not a text file with a class on each line"):
        read_class_names(file, 3)
    with pytest.raises(OwltfError, match="no.txt: not found"):
        read_class_names(tmp_path / "no.txt", 3)
