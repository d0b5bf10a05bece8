"""The steps that make an image file the input of a net; they need no TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.data.source.image import resize_image
from owltf.data.source.image_files import read_image
from owltf.errors import OwltfError
from owltf.inference.views import View

Array = npt.NDArray[np.float32]
Size = tuple[int, int]
_ORDERS = ("bgr", "rgb")


@dataclass(frozen=True)
class ImageInput:
    """The steps that make an image file the input of a net.

    They are those of Caffe's examples: decode, resize as OpenCV does, order the channels, subtract
    the mean, multiply by the scale. A `View` then cuts out the part that the net takes.

    Attributes:
        blob: the net's input.
        shape: the (C, H, W) that the net takes.
        size: the height and width that an image is resized to.
        channel_order: "bgr" or "rgb".
        mean: float32 (C, 1, 1) or (C, *size), or None.
        scale: the factor of all values.
        ignore_orientation: leave photographs as the camera stored them.
        max_pixels: the pixels that an image may have, None for the usual bound.
    """

    blob: str
    shape: tuple[int, ...]
    size: Size
    channel_order: str = "bgr"
    mean: Array | None = None
    scale: float = 1
    ignore_orientation: bool = False
    max_pixels: int | None = None

    @property
    def cut(self) -> Size:
        """The height and width of the part that the net takes, for `View.cut`."""
        return self.shape[1], self.shape[2]

    def read(self, path: Path) -> Array:
        """Return a whole image, float32 (C, *size).

        Raises:
            OwltfError: if the file cannot be read as an image.
        """
        turn = not self.ignore_orientation
        image = read_image(path, self.shape[0], turn=turn, max_pixels=self.max_pixels)
        image = resize_image(image, self.size)
        if self.channel_order == "rgb":
            image = image[:, :, ::-1]
        values = image.transpose(2, 0, 1).astype(np.float32)
        values = values if self.mean is None else values - self.mean
        return values if self.scale == 1 else values * np.float32(self.scale)

    def centre(self, image: Array) -> Array:
        """Return the centre of a whole image, of the shape that the net takes."""
        centre: Array = np.ascontiguousarray(View().cut(image[None], self.cut)[0])
        return centre


def images_as_given(
    blob: str,
    shape: tuple[int, ...],
    schema: Any,
    *,
    resize: Size | None = None,
    mean: str | None = None,
    scale: float | None = None,
    channel_order: str = "bgr",
    ignore_orientation: bool = False,
    max_pixels: int | None = None,
) -> ImageInput:
    """Return the steps that make image files the input of a net without data layers.

    Args:
        blob: the net's input.
        shape: the (C, H, W) that it takes.
        schema: returns Caffe's messages, in which a mean image is read.
        resize: as for `image_input`, and so are the others.
        mean: the mean of each channel, or a mean image's name.
        scale: the factor of all values.
        channel_order: "bgr" or "rgb".
        ignore_orientation: leave photographs as the camera stored them.
        max_pixels: the pixels that an image may have, None for the usual bound.

    Raises:
        OwltfError: if an argument does not fit the net.
    """
    check_order(channel_order)
    size = resize or (shape[1], shape[2])
    check_size(size, shape)
    means = None if mean is None else _means(mean, shape[0], schema())
    factor = 1 if scale is None else scale
    return ImageInput(
        blob, shape, size, channel_order, means, factor, ignore_orientation, max_pixels
    )


def _means(mean: str, channels: int, schema: Any) -> Array:
    # It loads what reads Caffe's files, which a quick answer does without.
    from owltf.inference.channel_mean import channel_mean

    return channel_mean(mean, channels, schema)


def check_order(channel_order: str) -> None:
    """Raise OwltfError if an order of channels is unknown."""
    if channel_order not in _ORDERS:
        raise OwltfError(f"the channel order must be bgr or rgb, got '{channel_order}'")


def check_size(size: Sequence[int], shape: Sequence[int]) -> None:
    """Raise OwltfError if images are smaller than the (C, H, W) that a net takes."""
    if min(size) < 1 or size[0] < shape[1] or size[1] < shape[2]:
        raise OwltfError(
            f"images of {_dims(size)} are smaller than what the net takes, {_dims(shape)}"
        )


def _dims(sizes: Sequence[int]) -> str:
    return "x".join(map(str, sizes))
