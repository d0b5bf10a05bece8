"""Refuses to write over what is there, unless people ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from owltf.errors import OwltfError


def refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    """Check that none of the files and folders that a command will write is there.

    Args:
        paths: what will be written.
        force: whether it may be there, and is replaced.

    Raises:
        OwltfError: if one is, or the folder that it will be in is not.
    """
    for path in paths:
        if path.exists() and not force:
            raise OwltfError(f"{path} is there already; --force replaces it")
        if not path.parent.is_dir():
            raise OwltfError(f"{path}: there is no folder {path.parent}")
