"""The crop of `crop_size`, or of `crop_h` and `crop_w`: where it lies in an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from owltf.api import OwltfError


@dataclass(frozen=True)
class Place:
    """A part of an image.

    Attributes:
        top: its first row.
        left: its first column.
        height: how many rows it has.
        width: how many columns it has.
    """

    top: int
    left: int
    height: int
    width: int

    def cut(self, values: Any) -> Any:
        """Return the part of an image (C, H, W)."""
        bottom, right = self.top + self.height, self.left + self.width
        return values[:, self.top : bottom, self.left : right]

    def window(self, size: Sequence[int]) -> Any:
        """Return the part as a box, in parts of an image of a height and width."""
        corners = [self.left, self.top, self.left + self.width, self.top + self.height]
        return np.array(corners, np.float32) / (size[1], size[0], size[1], size[0])


@dataclass(frozen=True)
class Crop:
    """What is cut out of each image.

    Attributes:
        size: height and width; None to keep all.
        is_random: whether its place is random; else it is the middle.
    """

    size: tuple[int, int] | None
    is_random: bool

    @classmethod
    def of(cls, param: Any, shape: Sequence[int], phase: str) -> Crop:
        """Return the crop of a `TransformationParameter`.

        Args:
            param: the message.
            shape: the (C, H, W) of the first image.
            phase: "TRAIN" crops at random.

        Raises:
            OwltfError: if fields contradict each other, or the image is smaller.
        """
        own = (int(param.crop_h), int(param.crop_w))
        if bool(own[0]) != bool(own[1]) or (any(own) and param.crop_size):
            raise OwltfError("give crop_size, or both crop_h and crop_w")
        size = own if all(own) else (int(param.crop_size),) * 2
        if size[0] > shape[1] or size[1] > shape[2]:
            raise OwltfError(f"crop {size[0]}x{size[1]} is larger than the image {shape[1:]}")
        return cls(size if all(size) else None, phase == "TRAIN")

    def out(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the height and width that are left of an image's."""
        return self.size or size

    def place(self, words: Any, size: Sequence[int]) -> Place:
        """Return the part of an image that is kept.

        Args:
            words: the record's random words.
            size: the image's height and width.

        Raises:
            ValueError: if the image is smaller than the crop.
        """
        height, width = self.out((size[0], size[1]))
        if height > size[0] or width > size[1]:
            raise ValueError(f"is {size[0]}x{size[1]}, smaller than the crop {height}x{width}")
        room = np.array(size) - (height, width)
        top, left = words[:2] % (room + 1) if self.is_random else room // 2
        return Place(int(top), int(left), height, width)
