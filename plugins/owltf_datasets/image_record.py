"""Makes the record of one image file, as Caffe's convert_imageset does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from owltf.api import Datum, OwltfError, decode_image, resize_image

_GRAY, _COLOR = 1, 3
_SAME = {"jpeg": "jpg"}


class ImageRecord(NamedTuple):
    """An image as it is stored.

    Attributes:
        datum: the record.
        shape: C, H and W of the image that it holds.
    """

    datum: Datum
    shape: tuple[int, int, int]


@dataclass(frozen=True)
class ImageForm:
    """The form in which images are stored.

    Attributes:
        gray: in shades of grey; in colour (BGR) if not.
        size: height and width to resize to, None to leave them.
        encoded: as image files, not as pixels.
        encoding: the format of the image files, as a suffix without its dot; that of each file
            itself unless given.
        turn: turn photographs as their EXIF orientation says.
        max_pixels: the pixels that an image may have, None for the usual bound.
    """

    gray: bool = False
    size: tuple[int, int] | None = None
    encoded: bool = False
    encoding: str = ""
    turn: bool = True
    max_pixels: int | None = None

    def record(self, path: Path, label: int) -> ImageRecord:
        """Return the record of an image file.

        Raises:
            OwltfError: if the file is not there, or is no image.
        """
        try:
            contents = path.read_bytes()
            image = self._decoded(contents, path)
        except OSError as error:
            raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
        except ValueError as error:
            raise OwltfError(f"{path}: {error}") from error
        pixels = image.transpose(2, 0, 1)
        if self.encoded:
            datum = Datum(None, label, self._encoded(path, contents, image))
        else:
            datum = Datum(np.ascontiguousarray(pixels), label, encoded=False)
        return ImageRecord(datum, pixels.shape)

    def _decoded(self, contents: bytes, path: Path) -> Any:
        channels = _GRAY if self.gray else _COLOR
        image = decode_image(
            contents, channels, turn=self.turn, max_pixels=self.max_pixels, name=str(path)
        )
        return resize_image(image, self.size) if self.size else image

    def _encoded(self, path: Path, contents: bytes, image: Any) -> bytes:
        own = path.suffix[1:].lower()
        wanted = self.encoding or own
        if self.size is None and _SAME.get(own, own) == _SAME.get(wanted, wanted):
            return contents
        try:
            return bytes(cv2.imencode(f".{wanted}", image)[1])
        except cv2.error as error:
            raise OwltfError(f"{path}: OpenCV writes no '{wanted}'; give --encode-type") from error


def check_encoding(encoding: str) -> None:
    """Raise OwltfError if OpenCV cannot write a format, named as a suffix without its dot."""
    try:
        known = cv2.haveImageWriter(f"x.{encoding}")
    except cv2.error:
        known = False
    if not known:
        raise OwltfError(
            f"--encode-type {encoding}: OpenCV writes no such images; png and jpg it does"
        )
