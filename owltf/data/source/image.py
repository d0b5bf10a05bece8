"""Decodes and resizes images by OpenCV, as Caffe does, so that the pixels are the same bytes."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from owltf.data.source.image_header import UPRIGHT, read_header, tell_depth, too_large
from owltf.data.source.jpeg import decode_color_jpeg

NATIVE, GRAY, COLOR = 0, 1, 3
_FLAGS = {NATIVE: cv2.IMREAD_UNCHANGED, GRAY: cv2.IMREAD_GRAYSCALE, COLOR: cv2.IMREAD_COLOR}
NOT_DECODED = "cannot be decoded as an image"
_UPPER_BITS = 8
# EXIF orientations after which rows are columns, and which of both then run backwards.
_LYING, _UPSIDE_DOWN, _MIRRORED = (5, 6, 7, 8), (3, 4, 7, 8), (2, 3, 6, 7)

# A file that cannot be decoded is an error of ours, which names it. OpenCV 4 has the function in
# its main module; 0 is silence in both.
getattr(cv2.utils, "logging", cv2).setLogLevel(0)

Image = npt.NDArray[np.uint8]


def decode_image(
    contents: bytes | memoryview,
    channels: int,
    *,
    turn: bool = False,
    max_pixels: int | None = None,
    name: str = "an image of the database",
) -> Image:
    """Return the pixels of a JPEG, PNG, GIF, BMP or PNM file, with the channels in OpenCV's order.

    Args:
        contents: the file's bytes.
        channels: GRAY or COLOR to convert the image, NATIVE to keep the file's channels.
        turn: turn a photograph as its EXIF orientation says.
        max_pixels: the pixels that it may have, None for `MOST_PIXELS`.
        name: what it is called when people are told that it has more bits than are read.

    Returns:
        uint8 (H, W, C), in BGR where it is in colour.

    Raises:
        ValueError: if it cannot be decoded, or has too many pixels; the message goes on from the
            image's name.
    """
    header = read_header(contents)
    if header is None:
        raise ValueError(NOT_DECODED)
    if reason := too_large(header, max_pixels):
        raise ValueError(reason)
    tell_depth(name, header)
    image = decode_color_jpeg(contents) if header.is_color_jpeg and channels != GRAY else None
    if image is None:
        image = _decoded(contents, channels)
    if turn and header.orientation != UPRIGHT:
        return np.ascontiguousarray(upright(image, header.orientation))
    return image


def upright(image: Any, orientation: int) -> Any:
    """Return an image (H, W, C) turned as OpenCV turns it for an EXIF orientation from 1 to 8."""
    turned = image.swapaxes(0, 1) if orientation in _LYING else image
    rows = slice(None, None, -1 if orientation in _UPSIDE_DOWN else 1)
    columns = slice(None, None, -1 if orientation in _MIRRORED else 1)
    return turned[rows, columns]


def mirror_image(image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an image (H, W, C) mirrored left to right; many times quicker than by NumPy."""
    return np.asarray(cv2.flip(image, 1), image.dtype).reshape(image.shape)


def resize_image(image: Image, size: tuple[int, int]) -> Image:
    """Return an image resized by OpenCV: bilinear, half-pixel centres, no antialiasing.

    Args:
        image: uint8 (H, W, C).
        size: the height and width wanted.

    Returns:
        uint8 (height, width, C).
    """
    if image.shape[:2] == size:
        return image
    resized = cv2.resize(image, size[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized, np.uint8).reshape(*size, image.shape[2])


def _decoded(contents: bytes | memoryview, channels: int) -> Image:
    # OpenCV would turn a photograph by itself, but not where the channels are the file's own.
    flags = _FLAGS[channels] | (cv2.IMREAD_IGNORE_ORIENTATION if channels else 0)
    try:
        image: Any = cv2.imdecode(np.frombuffer(contents, np.uint8), flags)
    except (cv2.error, MemoryError) as error:
        raise ValueError(NOT_DECODED) from error
    if image is None:
        raise ValueError(NOT_DECODED)
    if image.dtype != np.uint8:
        image = (image >> _UPPER_BITS).astype(np.uint8)
    whole: Image = image[:, :, None] if image.ndim == 2 else image
    return whole
