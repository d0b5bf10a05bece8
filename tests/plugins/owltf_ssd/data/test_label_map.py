from __future__ import annotations

from pathlib import Path

import pytest
from made_shapes import registry
from owltf_ssd.data.label_map import label_map_text, read_class_labels, read_label_map

from owltf.api import OwltfError


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "map.prototxt"
    path.write_text(label_map_text({0: "background", 2: 'a "cat"\n'}))
    assert read_label_map(path, registry().schema) == {0: "background", 2: 'a "cat"\n'}
    assert read_class_labels(path, registry().schema) == {"background": 0, 'a "cat"\n': 2}


def test_the_name_to_show(tmp_path: Path) -> None:
    path = tmp_path / "map.prototxt"
    path.write_text('item { name: "n1" label: 5 display_name: "dog" } item { name: "n2" label: 6 }')
    assert read_label_map(path, registry().schema) == {5: "dog", 6: "n2"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("item { name: 1 }", "not a label map"),
        ("", "names no class"),
        ('item { label: 1 name: "a" } item { label: 1 name: "b" }', "label 1 is given twice"),
        ('item { label: 1 name: "a" } item { label: 2 name: "a" }', "name 'a' is given twice"),
    ],
)
def test_what_is_none(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "map.prototxt"
    path.write_text(text)
    with pytest.raises(OwltfError, match=said):
        read_label_map(path, registry().schema)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match="no such file"):
        read_label_map(tmp_path / "none", registry().schema)
