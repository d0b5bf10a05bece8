"""Reads the names of a net's classes from a labels file such as synset_words.txt."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from owltf.caffe.find_file import find_file
from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes


def read_class_names(path: str | Path, classes: int) -> list[str]:
    """Return the class names of a file with one name on each line.

    Args:
        path: the file.
        classes: the number of classes of the net.

    Raises:
        OwltfError: if it is not a text file, or has another number of lines.
    """
    found = find_file(str(path), None)
    try:
        # A name may hold a letter that `splitlines` takes for the end of a line.
        lines = list(StringIO(read_bytes(found).decode().rstrip(), newline=None))
    except UnicodeDecodeError as error:
        raise OwltfError(f"{found}: not a text file with a class on each line") from error
    if len(lines) != classes:
        raise OwltfError(f"{found}: names {len(lines)} classes where the net has {classes}")
    return [line.strip() for line in lines]
