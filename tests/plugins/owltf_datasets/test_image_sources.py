"""Which images there are to store, and which of them are to test on."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_datasets.image_sources import ClassFolders, listed_images

from owltf.api import OwltfError


@pytest.mark.parametrize(("fraction", "tests"), [(0, [0, 0]), (0.25, [2, 1]), (0.5, [3, 2])])
def test_the_same_part_of_each_class(flowers: Path, fraction: float, tests: list[int]) -> None:
    found = ClassFolders.of(flowers, fraction, seed=1)
    assert found.names == ["daisy", "rose"]
    labels = [image.label for image in found.test]
    assert [labels.count(label) for label in (0, 1)] == tests
    names = [image.name for image in (*found.train, *found.test)]
    assert len(set(names)) == len(names) == 10


def test_hidden_folders_are_no_classes(flowers: Path) -> None:
    (flowers / ".cache").mkdir()
    assert ClassFolders.of(flowers, 0, seed=1).names == ["daisy", "rose"]


def test_a_name_that_no_list_can_hold(flowers: Path) -> None:
    (flowers / "rose" / "6.png").rename(flowers / "rose" / "a\nb.png")
    with pytest.raises(OwltfError, match="no list can hold a name like this"):
        ClassFolders.of(flowers, 0, seed=1)


def test_a_root_is_put_before_each_path(flowers: Path) -> None:
    Path("list.txt").write_text("daisy/0.png 7\n\nrose/a b.png -1\n")
    for root in ("flowers", "flowers/"):
        first, second = listed_images(root, Path("list.txt"))
        assert (first.path, first.label) == (Path("flowers/daisy/0.png"), 7)
        assert (second.name, second.label, second.where) == ("rose/a b.png", -1, "list.txt:3")
    assert listed_images("flowers/da", Path("list.txt"))[0].path == Path("flowers/dadaisy/0.png")
