"""Any path that a data layer reads is opened."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from owltf_datasets.sources import open_source

from owltf.api import OwltfError

ORACLE = Path(__file__).parents[2] / "data" / "oracle"


@pytest.mark.parametrize(
    ("name", "called", "count"),
    [
        ("lmdb_raw", "LMDB", 10),
        ("lmdb_raw/data.mdb", "LMDB", 10),
        ("leveldb_raw", "LevelDB", 10),
        ("a.h5", "HDF5", 4),
        ("h5.txt", "list", 7),
        ("list.txt", "list", 10),
    ],
)
def test_what_is_opened(name: str, called: str, count: int) -> None:
    source = open_source(ORACLE / name)
    assert (source.name, source.count) == (f"{called} {ORACLE / name}", count)


def test_the_root_of_a_list(here: Path) -> None:
    shutil.copytree(ORACLE / "images", here / "photos")
    shutil.copy(ORACLE / "list.txt", here / "photos")
    for path, root in (("photos/list.txt", ""), (ORACLE / "list.txt", "photos/")):
        source = open_source(Path(path), root)
        assert sum(len(each.numbers) for each in source.images(pytest.fail, None)) == 10


def test_what_is_refused(flowers: Path) -> None:
    for path, reason in (
        ("none", "none: no such file or folder"),
        ("flowers/rose", "has no folder of images for each class"),
        ("flowers/rose/6.png", "is not a list of images: it is no text"),
    ):
        with pytest.raises(OwltfError, match=reason):
            open_source(Path(path))
