"""Reads Caffe's lists of images: a path and a label on each line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes

# The label is the word after the last space, so that paths may have spaces.
_LINE = re.compile(r"(.*\S)\s+([-+]?[0-9]{1,9})")


class ListedImage(NamedTuple):
    """A line of a list.

    Attributes:
        name: the path as it is written.
        label: its label.
        line: the line's number, from 1.
    """

    name: str
    label: int
    line: int


def read_image_list(path: Path) -> list[ListedImage]:
    """Return the lines of a list of images that are not blank.

    Raises:
        OwltfError: if it is no text, names no images, or a line has no label; it names the line.
    """
    try:
        text = read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise OwltfError(f"{path} is not a list of images: it is no text") from error
    images = list(_images(path, text))
    if not images:
        raise OwltfError(f"{path} names no images")
    return images


def _images(path: Path, text: str) -> Iterator[ListedImage]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise OwltfError(
                f"{path}:{number}: a line must be a path, a space and a whole number, the label; "
                f"got {line.strip()[:80]!r}"
            )
        yield ListedImage(found[1], int(found[2]), number)
