"""Reads the image files that a command line names: files, folders or lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from owltf.data.source.image import NOT_DECODED, Image, decode_image
from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes, refuse_irregular

FORMATS = "JPEG, PNG, GIF, BMP or PNM"
_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".pbm", ".pgm", ".ppm")
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")

# As many digits as a float32 can hold without becoming infinite.
_LABEL = re.compile(r"-?[0-9]{1,38}")


@dataclass(frozen=True)
class ImageFile:
    """The path of an image file, with its label if a list gives one.

    Attributes:
        path: the file.
        label: the number that a list gives it, None if there is none.
    """

    path: Path
    label: int | None = None


def find_images(names: Iterable[str | Path]) -> list[ImageFile]:
    """Return the images that the arguments of a command name.

    Args:
        names: each an image, a folder (for all images in it and its folders, sorted by name), or a
            list: a text file with `path label` or `path` on each line, as Caffe's. Its paths are
            tried from the working directory, then from the list's folder.

    Raises:
        OwltfError: if a name does not exist, or leads to no image.
    """
    return [image for name in names for image in _images_of(Path(name))]


def read_image(
    path: Path, channels: int, *, turn: bool = True, max_pixels: int | None = None
) -> Image:
    """Return the pixels of an image with its channels in OpenCV's order: BGR.

    Args:
        path: the file.
        channels: 1 for gray, 3 for colour.
        turn: turn a photograph as its EXIF orientation says, as OpenCV does unless it is told not
            to.
        max_pixels: the pixels that it may have, None for `MOST_PIXELS`.

    Returns:
        uint8 (H, W, C).

    Raises:
        OwltfError: if it cannot be read as an image, or has too many pixels.
    """
    contents = read_bytes(path)
    try:
        return decode_image(contents, channels, turn=turn, max_pixels=max_pixels, name=str(path))
    except ValueError as error:
        reason = f"not a whole {FORMATS} image" if str(error) == NOT_DECODED else str(error)
        raise OwltfError(f"{path}: {reason}") from error


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
    refuse_irregular(path)
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def _has_suffix(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES


def _listed(path: Path) -> Iterator[ImageFile]:
    try:
        # A name may hold a letter that `splitlines` takes for the end of a line.
        lines = [line.strip() for line in StringIO(read_bytes(path).decode(), newline=None)]
    except UnicodeDecodeError as error:
        raise OwltfError(f"{path}: neither a {FORMATS} image nor a list of such") from error
    if not any(lines):
        raise OwltfError(f"{path}: the list names no images")
    for number, line in enumerate(lines, 1):
        if line:
            yield _listed_image(path, number, line)


def _listed_image(listing: Path, number: int, line: str) -> ImageFile:
    # As in Caffe, the label is the word after the last space, so that paths may have spaces.
    name, _, last = line.rpartition(" ")
    label = int(last) if name and _LABEL.fullmatch(last) else None
    written = Path(line if label is None else name.strip())
    for path in (written, listing.parent / written):
        if _exists(path):
            return ImageFile(path, label)
    raise OwltfError(f"{listing}:{number}: names {str(written)!r}, which is not there")


def _exists(path: Path) -> bool:
    # A name of too many letters, or with a zero byte in it, is an exception in Python.
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
