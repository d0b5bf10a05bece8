"""Draws boxes with their classes on images."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from owltf.api import atomic_outputs

_FONT = cv2.FONT_HERSHEY_SIMPLEX
# Hues of neighbouring labels lie far apart.
_GOLDEN = 0.618
Titled = tuple[int, str, Sequence[float]]


def drawn(image: Any, boxes: Sequence[Titled]) -> Any:
    """Return an image, uint8 (H, W, 3) in BGR, with boxes and what they hold.

    Args:
        image: the image.
        boxes: the label, the title and the corners of each.
    """
    found = np.ascontiguousarray(image).copy()
    thick = max(1, round(min(image.shape[:2]) / 300))
    # The surest box lies on top.
    for label, title, box in reversed(boxes):
        left, top, right, bottom = (round(side) for side in box)
        cv2.rectangle(found, (left, top), (right, bottom), _colour(label), thick)
        _write(found, title, (left, top), _colour(label), thick)
    return found


def _write(image: Any, title: str, corner: tuple[int, int], colour: Any, thick: int) -> None:
    # OpenCV's letters are those of ASCII.
    text = title.encode("ascii", "replace").decode()
    scale = 0.4 * thick
    (width, height), below = cv2.getTextSize(text, _FONT, scale, thick)
    left = max(0, min(corner[0], image.shape[1] - width))
    top = max(0, corner[1] - height - below)
    cv2.rectangle(image, (left, top), (left + width, top + height + below), colour, -1)
    cv2.putText(image, text, (left, top + height), _FONT, scale, (0, 0, 0), thick, cv2.LINE_AA)


def _colour(label: int) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(label * _GOLDEN % 1, 0.8, 1)
    return round(blue * 255), round(green * 255), round(red * 255)


def write_drawing(path: Path, image: Any, boxes: Sequence[Titled]) -> None:
    """Write an image with its boxes as a PNG file.

    Raises:
        OwltfError: if it cannot be written.
    """
    with atomic_outputs(path) as temporary:
        temporary.write_bytes(cv2.imencode(".png", drawn(image, boxes))[1].tobytes())
