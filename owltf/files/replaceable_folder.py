"""Tells folders that commands write, and may replace, from those that people keep things in."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from owltf.errors import OwltfError

_DATABASE_MARKS = ("data.mdb", "CURRENT")
_OF_DATABASE = re.compile(
    r"data\.mdb|lock\.mdb|CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(ldb|sst|log|dbtmp)"
)
_OF_IMAGESET = ("names.txt", "train.txt", "test.txt")


def refuse_foreign_folder(path: Path) -> None:
    """Check that a folder is one that a command has written, or is empty, so that it may go.

    Raises:
        OwltfError: if it is neither a database, nor databases with their lists, nor a SavedModel.
    """
    with suppress(OSError):
        if _is_replaceable(path):
            return
    raise OwltfError(
        f"{path} is a folder, and not one that owltf writes: what is in it would be lost; give "
        f"another name, or remove it yourself"
    )


def _is_replaceable(folder: Path) -> bool:
    entries = list(folder.iterdir())
    is_model = (folder / "saved_model.pb").is_file()
    return not entries or is_model or _is_database(folder) or _is_imageset(entries)


def _is_database(folder: Path) -> bool:
    names = [each.name for each in folder.iterdir()]
    is_marked = any(mark in names for mark in _DATABASE_MARKS)
    return is_marked and all(_OF_DATABASE.fullmatch(name) for name in names)


def _is_imageset(entries: list[Path]) -> bool:
    folders = [each for each in entries if each.is_dir()]
    lists = [each.name for each in entries if not each.is_dir()]
    has_databases = bool(folders) and all(map(_is_database, folders))
    return has_databases and all(name in _OF_IMAGESET for name in lists)
