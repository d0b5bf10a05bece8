"""Resizes images to the same pixels as OpenCV's bilinear `cv::resize`, which Caffe's tools use."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

# OpenCV computes on bytes with weights of 11 bits, and drops bits on the way.
_ONE = 1 << 11

Image = npt.NDArray[np.uint8]


def resize_image(image: Image, size: tuple[int, int]) -> Image:
    """Return an image resized: bilinear, half-pixel centres, no antialiasing, OpenCV's rounding.

    Args:
        image: uint8 (H, W, C).
        size: the height and width wanted.

    Returns:
        uint8 (height, width, C).
    """
    height, width = image.shape[:2]
    if (height, width) == size:
        return image
    if (height, width) == (2 * size[0], 2 * size[1]):
        return _halved(image)
    left, right, near, far = _taps(width, size[1])
    # Only the pixels that are needed are widened: a large photograph would take gigabytes.
    rows = image[:, left].astype(np.int32) * near[:, None]
    rows += image[:, right].astype(np.int32) * far[:, None]
    above, below, near, far = _taps(height, size[0])
    upper = (near[:, None, None] * (rows[above] >> 4)) >> 16
    lower = (far[:, None, None] * (rows[below] >> 4)) >> 16
    resized: Image = ((upper + lower + 2) >> 2).astype(np.uint8)
    return resized


def _taps(source: int, target: int) -> tuple[Any, Any, Any, Any]:
    """Return the two source pixels that each pixel along a side is made of, and their weights."""
    # OpenCV computes the step by two divisions and rounds both weights; the last bit depends on it.
    step = 1 / (target / source)
    centres = ((np.arange(target) + 0.5) * step - 0.5).astype(np.float32)
    first = np.floor(centres)
    share = centres - first
    near, far = (np.rint(each * np.float32(_ONE)).astype(np.int32) for each in (1 - share, share))
    before = first.astype(np.int32)
    left, right = (np.clip(each, 0, source - 1) for each in (before, before + 1))
    return left, right, near, far


def _halved(image: Image) -> Image:
    # If both sides are halved, OpenCV takes the mean of four pixels instead.
    pixels = image.astype(np.int32)
    pairs = pixels[::2] + pixels[1::2]
    halved: Image = ((pairs[:, ::2] + pairs[:, 1::2] + 2) >> 2).astype(np.uint8)
    return halved
