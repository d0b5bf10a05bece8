"""The names of a net's classes, as a labels file such as synset_words.txt gives them."""

from __future__ import annotations

from pathlib import Path

from owltf.caffe.find_file import find_file
from owltf.errors import OwltfError


def read_class_names(path: str | Path, classes: int) -> list[str]:
    """Read a file with a class's name on each line.

    Args:
        path: The file.
        classes: How many classes the net has.

    Raises:
        OwltfError: It is not a text file, or has another number of lines.
    """
    found = find_file(str(path), None)
    try:
        lines = found.read_text().rstrip().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise OwltfError(f"{found}: not a text file with a class on each line") from error
    if len(lines) != classes:
        raise OwltfError(f"{found}: names {len(lines)} classes where the net has {classes}")
    return [line.strip() for line in lines]
