"""Cuts windows out of images and warps them to squares, as R-CNN's WindowData does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.data.source.image import Image, mirror_image, resize_image

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Warp:
    """The way from a window to a square.

    Attributes:
        crop_size: the square's side.
        context_pad: pixels of the square, on each side, that show what is around the window.
        square: whether the shorter side of a window is widened to the longer one first.
    """

    crop_size: int
    context_pad: int = 0
    square: bool = False

    def cut(self, image: Image, box: Box, mirrored: bool) -> tuple[Image, npt.NDArray[np.bool_]]:
        """Return a window as a square, and which of its pixels are the image's.

        Args:
            image: uint8 (H, W, C).
            box: x1, y1, x2, y2, the last of which are inside.
            mirrored: whether it is mirrored left to right.

        Returns:
            uint8 (S, S, C), and bool (S, S): pixels beyond the image are False.

        Raises:
            ValueError: if the window does not lie in the image; the message goes on from it.
        """
        height, width = image.shape[:2]
        side = self.crop_size
        x1, x2, left, right = self._along(0, box, width)
        y1, y2, top, _ = self._along(1, box, height)
        if not (0 <= x1 <= x2 < width and 0 <= y1 <= y2 < height):
            raise ValueError(f"has a window that is not inside its {width} x {height} pixels")
        kept_w, kept_h = self._kept(x1, x2, box, 0), self._kept(y1, y2, box, 1)
        start = right if mirrored else left
        kept_w, kept_h = min(kept_w, side - start), min(kept_h, side - top)
        if kept_w < 1 or kept_h < 1:
            raise ValueError("has a window of which nothing is left when it is warped")
        part = resize_image(image[y1 : y2 + 1, x1 : x2 + 1], (kept_h, kept_w))
        part = mirror_image(part) if mirrored else part
        if part.shape[:2] == (side, side):
            return part, np.ones((side, side), np.bool_)
        square = np.zeros((side, side, image.shape[2]), np.uint8)
        inside = np.zeros((side, side), np.bool_)
        place = np.s_[top : top + kept_h, start : start + kept_w]
        square[place], inside[place] = part, True
        return square, inside

    @property
    def _has_context(self) -> bool:
        return self.context_pad > 0 or self.square

    def _expanded(self, axis: int, box: Box) -> tuple[int, int]:
        """Return the first and the last pixel of the window and what is around it."""
        # Caffe computes in float32 and rounds halves away from zero.
        halves = [np.float32(box[2 + each] - box[each] + 1) / np.float32(2) for each in (0, 1)]
        centre = np.float32(box[axis]) + halves[axis]
        half = max(halves) if self.square else halves[axis]
        scale = np.float32(self.crop_size) / np.float32(self.crop_size - 2 * self.context_pad)
        return rounded(centre - half * scale), rounded(centre + half * scale)

    def _along(self, axis: int, box: Box, size: int) -> tuple[int, int, int, int]:
        """Return the part of the image along x (0) or y (1), and what is missing on both sides."""
        if not self._has_context:
            return box[axis], box[2 + axis], 0, 0
        first, last = self._expanded(axis, box)
        scale = np.float32(self.crop_size) / np.float32(last - first + 1)
        before, behind = max(0, -first), max(0, last - size + 1)
        return (
            first + before,
            last - behind,
            rounded(np.float32(before) * scale),
            rounded(np.float32(behind) * scale),
        )

    def _kept(self, first: int, last: int, box: Box, axis: int) -> int:
        """Return how many pixels of the square the part of the image takes."""
        if not self._has_context:
            return self.crop_size
        whole_first, whole_last = self._expanded(axis, box)
        scale = np.float32(self.crop_size) / np.float32(whole_last - whole_first + 1)
        return rounded(np.float32(last - first + 1) * scale)


def rounded(value: Any) -> int:
    """Return the nearest whole number, halves away from zero, as C's `round` does."""
    return int(math.copysign(math.floor(abs(float(value)) + 0.5), float(value)))
