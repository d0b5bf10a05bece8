"""Which folders a command may replace."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.errors import OwltfError
from owltf.files.overwriting import refuse_existing
from owltf.files.replaceable_folder import refuse_foreign_folder

LMDB = ("data.mdb", "lock.mdb")
LEVELDB = ("CURRENT", "LOCK", "LOG", "LOG.old", "MANIFEST-000002", "000005.ldb", "000003.log")
IMAGESET = ("names.txt", "train.txt", "test.txt", "train_lmdb/data.mdb", "test_leveldb/CURRENT")


def filled(folder: Path, names: tuple[str, ...]) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("names", [(), LMDB, LEVELDB, IMAGESET, ("saved_model.pb", "assets/a")])
def test_what_commands_write(tmp_path: Path, names: tuple[str, ...]) -> None:
    folder = filled(tmp_path / "out", names)
    refuse_foreign_folder(folder)
    refuse_existing([folder], force=True)


@pytest.mark.parametrize(
    "names",
    [
        ("thesis.txt",),
        ("sub/thesis.txt",),
        ("names.txt", "train.txt"),
        ("LOG", "LOCK"),
        (*LMDB, "thesis.txt"),
        (*IMAGESET, "thesis.txt"),
        (*IMAGESET, "cat/1.png"),
        ("cat/1.png", "dog/1.png"),
    ],
)
def test_what_people_keep(tmp_path: Path, names: tuple[str, ...]) -> None:
    folder = filled(tmp_path / "out", names)
    for check in (refuse_foreign_folder, lambda path: refuse_existing([path], force=True)):
        with pytest.raises(OwltfError, match="out is a folder, and not one that owltf writes"):
            check(folder)
