"""Resizes images as OpenCV's bilinear `cv::resize` does, which Caffe's tools call."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

# OpenCV computes on bytes with weights of 11 bits, and drops bits on the way.
_BITS = 11
_ONE = 1 << _BITS

Image = npt.NDArray[np.uint8]


def resize_image(image: Image, size: tuple[int, int]) -> Image:
    """Resize an image: bilinear, half-pixel centres, no antialiasing, in OpenCV's integers.

    Args:
        image: uint8 (H, W, C).
        size: The height and width wanted.

    Returns:
        uint8 (height, width, C).
    """
    height, width = image.shape[:2]
    if (height, width) == size:
        return image
    if (height, width) == (2 * size[0], 2 * size[1]):
        return _halved(image)
    pixels = image.astype(np.int32)
    left, right, share = _taps(width, size[1])
    across = share[:, None]
    rows = pixels[:, left] * (_ONE - across) + pixels[:, right] * across
    above, below, share = _taps(height, size[0])
    down = share[:, None, None]
    upper = ((_ONE - down) * (rows[above] >> 4)) >> 16
    lower = (down * (rows[below] >> 4)) >> 16
    resized: Image = ((upper + lower + 2) >> 2).astype(np.uint8)
    return resized


def _taps(source: int, target: int) -> tuple[Any, Any, Any]:
    """Return for each pixel of a side its two neighbours, and the weight of the second."""
    centres = ((np.arange(target) + 0.5) * (source / target) - 0.5).astype(np.float32)
    first = np.floor(centres).astype(np.int32)
    share = np.where((first < 0) | (first >= source - 1), 0, centres - first)
    weight = np.rint(share * np.float32(_ONE)).astype(np.int32)
    first = np.clip(first, 0, source - 1)
    return first, np.minimum(first + 1, source - 1), weight


def _halved(image: Image) -> Image:
    # OpenCV takes the mean of four pixels where both sides are halved.
    pixels = image.astype(np.int32)
    pairs = pixels[::2] + pixels[1::2]
    halved: Image = ((pairs[:, ::2] + pairs[:, 1::2] + 2) >> 2).astype(np.uint8)
    return halved
