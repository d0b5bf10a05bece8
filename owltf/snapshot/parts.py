"""Which files make one snapshot: the sizes and checksums that its JSON holds of the others.

The files are renamed one by one, so that a run over an older run's prefix, if it is killed between
two renames, leaves files of both. The JSON then tells which of them are not its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from owltf.errors import OwltfError
from owltf.files.checksum import FileSum

CAFFEMODEL, SOLVERSTATE, STATES = "caffemodel", "solverstate", "states"
_SIZE, _CRC = "size", "crc32"


def parts_to_json(parts: Mapping[str, FileSum]) -> dict[str, dict[str, int]]:
    """Return parts as values of a JSON file."""
    return {name: {_SIZE: each.size, _CRC: each.crc32} for name, each in parts.items()}


def parts_from_json(given: Any) -> dict[str, FileSum]:
    """Return parts from what a JSON file holds.

    Raises:
        TypeError: if it holds something else.
    """
    if not isinstance(given, dict) or not all(map(_is_sum, given.values())):
        raise TypeError("parts must give a size and a crc32 for each file")
    return {name: FileSum(each[_SIZE], each[_CRC]) for name, each in given.items()}


def _is_sum(given: Any) -> bool:
    return (
        isinstance(given, dict)
        and given.keys() == {_SIZE, _CRC}
        and all(type(number) is int for number in given.values())
    )


def check_part(parts: Mapping[str, FileSum], name: str, path: Path, beside: Path) -> None:
    """Check that a file is the one that was written together with a JSON.

    Args:
        parts: what the JSON holds.
        name: which part the file should be.
        path: the file.
        beside: the JSON, for the error.

    Raises:
        OwltfError: if it is another.
    """
    if name not in parts or not parts[name].fits(path):
        raise OwltfError(
            f"{path} was not written together with {beside.name}: it was changed since, or a run "
            f"was ended while it replaced another run's snapshot; resume from another snapshot"
        )
