"""Images of a list become records."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_datasets.image_record import ImageForm
from owltf_datasets.imageset import Image, Imageset, image_lines, shuffled

from owltf.api import OwltfError


class Kept:
    """A writer that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes, bytes]] = []

    def put(self, records: list[tuple[bytes, bytes]]) -> None:
        self.records += records

    def close(self, *, complete: bool = True) -> None:
        """Do nothing."""


def test_many_images(flowers: Path) -> None:
    image = Image("0.png", flowers / "daisy" / "0.png", 3, "list.txt:1")
    said: list[str] = []
    kept = Kept()
    stored = Imageset([image] * 2050, ImageForm(size=(2, 2))).write(kept, said.append, int)
    assert said == [f"Processed {count} files." for count in (1000, 2000, 2050)]
    assert [key for key, _ in kept.records[::2049]] == [b"00000000_0.png", b"00002049_0.png"]
    assert stored.describe() == "2,050 records of 3x2x2, labels 3 to 3"


def test_several_sizes_are_counted(flowers: Path) -> None:
    images = [Image(str(n), flowers / "daisy" / f"{n}.png", n, "") for n in range(3)]
    stored = Imageset(images, ImageForm()).write(Kept(), str, int)
    assert stored.describe() == "3 records of 3 sizes, labels 0 to 2"


def test_a_name_may_not_be_longer_than_a_key(flowers: Path) -> None:
    image = Image("x" * 600, flowers / "daisy" / "0.png", 3, "list.txt:1")
    with pytest.raises(OwltfError, match="list.txt:1: a name may have 502 bytes"):
        Imageset([image], ImageForm()).write(Kept(), str, int)


def test_lists_and_their_order() -> None:
    images = [Image(f"{n}.png", Path(), n % 2, "") for n in range(50)]
    assert sorted(shuffled(images, 1)) == sorted(images)
    assert shuffled(images, 1) == shuffled(images, 1) != shuffled(images, 2)
    assert list(image_lines(images[:2])) == ["0.png 0\n", "1.png 1\n"]
