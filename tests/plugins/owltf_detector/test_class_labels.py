from __future__ import annotations

from pathlib import Path

import pytest
from owltf_detector.class_labels import read_class_labels

from owltf.api import OwltfError


def test_a_label_map(tmp_path: Path) -> None:
    path = tmp_path / "map.prototxt"
    path.write_text("""
        item { name: "n1" label: 3 display_name: "a dog" }
        item { label: 4 name: 'cat' }
    """)
    assert read_class_labels(path) == {3: "a dog", 4: "cat"}
    path.write_text("item { label: 3 }")
    with pytest.raises(OwltfError, match="needs a label and a name"):
        read_class_labels(path)


def test_lines(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("background\ncat \n")
    assert read_class_labels(path) == {0: "background", 1: "cat"}
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(OwltfError, match="not a text file"):
        read_class_labels(path)
    with pytest.raises(OwltfError, match="no such file"):
        read_class_labels(tmp_path / "none")
