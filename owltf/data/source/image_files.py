"""Finds image files, and reads them as OpenCV does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.source.image import COLOR, decode_image
from owltf.errors import OwltfError

FORMATS = "JPEG, PNG, GIF or BMP"
_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".bmp")
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ImageFile:
    """An image file to be read.

    Attributes:
        path: Where it is.
        label: The number a list gives it, None where there is none.
    """

    path: Path
    label: int | None = None


def find_images(names: Iterable[str | Path]) -> list[ImageFile]:
    """Find the images that a command line names.

    Args:
        names: Each an image, a folder (its images, those of its folders too, by name), or a text
            file with an image a line, as Caffe's lists: `path label` or `path`. Its paths are
            tried from the working directory, then beside the list.

    Raises:
        OwltfError: One is not there, or names no image.
    """
    return [image for name in names for image in _images_of(Path(name))]


def read_image(path: Path, channels: int) -> Image:
    """Read an image, in OpenCV's order of the channels: BGR.

    Args:
        path: The file.
        channels: 1 for gray, 3 for colour.

    Returns:
        uint8 (H, W, C).

    Raises:
        OwltfError: It cannot be read as an image.
    """
    try:
        image: Any = decode_image(tf.constant(path.read_bytes()), channels).numpy()
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except tf.errors.OpError as error:
        raise OwltfError(f"{path}: not a whole {FORMATS} image") from error
    return np.ascontiguousarray(image[:, :, ::-1]) if channels == COLOR else image


def _images_of(path: Path) -> Iterator[ImageFile]:
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if _has_suffix(each))
        if not found:
            raise OwltfError(f"{path}: the folder holds no {FORMATS} image")
        yield from map(ImageFile, found)
    elif not path.exists():
        raise OwltfError(f"{path}: no such file or folder")
    elif _has_suffix(path) or _beginning(path).startswith(_BEGINNINGS):
        yield ImageFile(path)
    else:
        yield from _listed(path)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _has_suffix(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES


def _listed(path: Path) -> Iterator[ImageFile]:
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
    except UnicodeDecodeError as error:
        raise OwltfError(f"{path}: neither a {FORMATS} image nor a list of such") from error
    if not any(lines):
        raise OwltfError(f"{path}: the list names no images")
    for number, line in enumerate(lines, 1):
        if line:
            yield _listed_image(path, number, line)


def _listed_image(listing: Path, number: int, line: str) -> ImageFile:
    # Like Caffe: what follows the last space is the label, so that paths may have spaces.
    name, _, last = line.rpartition(" ")
    label = int(last) if name and last.lstrip("-").isdigit() else None
    written = Path(line if label is None else name.strip())
    for path in (written, listing.parent / written):
        if path.exists():
            return ImageFile(path, label)
    raise OwltfError(f"{listing}:{number}: names '{written}', which is not there")
