"""Refuses to write over what is there, unless people ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_irreplaceable
from owltf.files.replaceable_folder import refuse_foreign_folder


def refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    """Check, before the work, that a command can write its files and folders and replaces none.

    Args:
        paths: what will be written.
        force: whether it may be there, and is replaced.

    Raises:
        OwltfError: if one is there, or the folder that it will be in is not, or if it is none
            that can be replaced, such as a device or a folder that people keep things in.
    """
    for path in paths:
        refuse_irreplaceable(path)
        if path.exists() and not force:
            raise OwltfError(f"{path} is there already; --force replaces it")
        if path.is_dir():
            refuse_foreign_folder(path)
        if not path.parent.is_dir():
            raise OwltfError(f"{path}: there is no folder {path.parent}")
