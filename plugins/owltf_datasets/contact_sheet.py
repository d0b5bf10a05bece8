"""Draws images side by side, each with its label, into one PNG."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from owltf.api import OwltfError, atomic_outputs

_SIDE, _MARGIN, _TEXT = 96, 4, 14
_WHITE, _BLACK = 255, (0, 0, 0)
_FONT, _SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.4
_GRAY, _COLOR = 1, 3

Image = npt.NDArray[Any]


def write_sheet(path: Path, images: Sequence[tuple[Image, int]]) -> None:
    """Write a contact sheet.

    Args:
        path: the PNG.
        images: each with its label; (C, H, W) in BGR or grey, floats of any range.

    Raises:
        OwltfError: if they are no images, or the file cannot be written.
    """
    if not images:
        raise OwltfError("there is no image to draw")
    columns = ceil(sqrt(len(images)))
    rows = -(-len(images) // columns)
    height, width = _SIDE + _TEXT + _MARGIN, _SIDE + _MARGIN
    sheet = np.full((rows * height + _MARGIN, columns * width + _MARGIN, 3), _WHITE, np.uint8)
    for place, (image, label) in enumerate(images):
        row, column = divmod(place, columns)
        top, left = _MARGIN + row * height, _MARGIN + column * width
        sheet[top : top + _SIDE, left : left + _SIDE] = _tile(image)
        at = (left, top + _SIDE + _TEXT - _MARGIN)
        cv2.putText(sheet, str(label), at, _FONT, _SCALE, _BLACK, 1, cv2.LINE_AA)
    with atomic_outputs(path) as temporary:
        temporary.write_bytes(bytes(cv2.imencode(".png", sheet)[1]))


def _tile(image: Image) -> Image:
    """Return a square of `_SIDE` pixels with the image in its middle."""
    pixels = _as_bytes(image)
    scale = _SIDE / max(pixels.shape[:2])
    size = [max(1, round(side * scale)) for side in pixels.shape[:2]]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small = cv2.resize(pixels, size[::-1], interpolation=method)
    tile = np.full((_SIDE, _SIDE, 3), _WHITE, np.uint8)
    top, left = ((_SIDE - side) // 2 for side in size)
    tile[top : top + size[0], left : left + size[1]] = small
    return tile


def _as_bytes(image: Image) -> Image:
    """Return an image as uint8 (H, W, 3)."""
    if image.ndim != 3 or 0 in image.shape:
        raise OwltfError(f"a contact sheet needs images of C, H and W; got the shape {image.shape}")
    # Of other numbers of channels the first ones are shown.
    channels = _COLOR if len(image) >= _COLOR else _GRAY
    pixels = image[:channels].transpose(1, 2, 0)
    if pixels.dtype != np.uint8:
        low, high = float(pixels.min()), float(pixels.max())
        pixels = ((pixels - low) * (_WHITE / max(high - low, 1e-12))).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))
