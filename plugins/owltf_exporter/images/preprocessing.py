"""Preprocessing: the steps that make an image a net's input, read from its file and the options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import NetContext, OwltfError, channel_mean, read_mean

ORDERS = ("bgr", "rgb")
_CHANNELS = (1, 3)

Size = tuple[int, int]


@dataclass(frozen=True)
class ImageOptions:
    """The user's options about images; None for a value that the net's own file gives.

    Attributes:
        mean: numbers joined by commas in the order of the net's channels, or a mean image, of which
            each channel's mean is taken as in Caffe's classification example.
        scale: the factor of all values, applied after the mean is subtracted.
        resize: the (height, width) that images are resized to before the centre is cut out.
        channel_order: "bgr" or "rgb".
    """

    mean: str | None = None
    scale: float | None = None
    resize: Size | None = None
    channel_order: str | None = None

    @property
    def given(self) -> list[str]:
        """The names of the options that are not None."""
        return [name for name, value in vars(self).items() if value is not None]


@dataclass(frozen=True)
class Preprocessing:
    """The steps that make an image a net's input, in this order.

    Attributes:
        resize: the (height, width) it is resized to, whatever its shape.
        crop: the (height, width) of the centre that is kept.
        channels: 3, or 1 for a grey image.
        channel_order: "bgr", Caffe's, or "rgb".
        mean: float32 (C, 1, 1), or (C, H, W) of the kept centre, which is subtracted; or None.
        scale: the factor that values are multiplied by in the end.
    """

    resize: Size
    crop: Size
    channels: int
    channel_order: str = ORDERS[0]
    mean: np.ndarray | None = None
    scale: float = 1.0

    @property
    def corner(self) -> Size:
        """The (top, left) corner of the centre that is kept."""
        (height, width), (kept_height, kept_width) = self.resize, self.crop
        return (height - kept_height) // 2, (width - kept_width) // 2

    def describe(self) -> str:
        """Return the steps as one line of text."""
        parts = [f"resized to {_dims(self.resize)}"]
        parts += [f"centre {_dims(self.crop)} cut out"] if self.crop != self.resize else []
        parts += [self.channel_order.upper() if self.channels > 1 else "grey"]
        parts += [] if self.mean is None else [f"mean {_mean_in_words(self.mean)} subtracted"]
        parts += [] if self.scale == 1 else [f"times {self.scale:g}"]
        return ", ".join(parts)


def _dims(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def _mean_in_words(mean: np.ndarray) -> str:
    if mean.shape[1:] == (1, 1):
        return ",".join(f"{value:g}" for value in mean.ravel())
    return "image"


def mismatch(shape: Sequence[int]) -> str | None:
    """Return why an input of this shape cannot take images, None if it can.

    Args:
        shape: the input's shape in Caffe's order.
    """
    if len(shape) == 4 and shape[1] in _CHANNELS:
        return None
    return f"images have shape (N, 1 or 3, H, W), the net's input has {tuple(shape)}"


def read_preprocessing(
    shape: Sequence[int], data: Any | None, context: NetContext, options: ImageOptions
) -> Preprocessing:
    """Return the preprocessing of a net's images.

    Args:
        shape: the input's shape in Caffe's order.
        data: the `LayerParameter` of the net's data layer, if it had one.
        context: the net's context, which finds the mean file that the net names.
        options: the user's options, which override the net's own file.

    Raises:
        OwltfError: if the sizes or the mean do not fit.
    """
    _, channels, height, width = shape
    transform = data.transform_param if data is not None else None
    mean = _mean(options, transform, context, channels)
    crop = (height, width)
    resize = options.resize or _size_of(data) or _image_size(mean) or crop
    if min(resize[0] - height, resize[1] - width) < 0:
        raise OwltfError(f"--resize {_dims(resize)} is smaller than the net's input, {_dims(crop)}")
    own_scale = transform.scale if transform is not None else 1.0
    made = Preprocessing(
        resize=resize,
        crop=crop,
        channels=channels,
        channel_order=options.channel_order or ORDERS[0],
        scale=own_scale if options.scale is None else options.scale,
    )
    return Preprocessing(**{**vars(made), "mean": _fitted(mean, made)})


def _size_of(data: Any | None) -> Size | None:
    """Return the size that an ImageData layer resizes images to, None for other layers."""
    if data is None or data.type != "ImageData":
        return None
    param = data.image_data_param
    return (param.new_height, param.new_width) if param.new_height and param.new_width else None


def _image_size(mean: np.ndarray | None) -> Size | None:
    return None if mean is None or mean.shape[1:] == (1, 1) else (mean.shape[1], mean.shape[2])


def _mean(
    options: ImageOptions, transform: Any | None, context: NetContext, channels: int
) -> np.ndarray | None:
    """Return the user's mean of each channel, else the net's own, which may be a mean image."""
    schema = context.registry.schema
    if options.mean is not None:
        return channel_mean(options.mean, channels, schema)
    if transform is not None and transform.mean_file:
        return _image(context.find_file(transform.mean_file), schema, channels)
    if transform is not None and transform.mean_value:
        return channel_mean(",".join(map(repr, transform.mean_value)), channels, schema)
    return None


def _image(path: Path, schema: Any, channels: int) -> np.ndarray:
    mean = read_mean(path, schema)
    if mean.shape[0] != channels:
        raise OwltfError(f"{path}: the mean of {channels} channels has shape {mean.shape}")
    return np.asarray(mean, np.float32)


def _fitted(mean: np.ndarray | None, made: Preprocessing) -> np.ndarray | None:
    """Return the part of a mean image that belongs to the centre; other means as they are."""
    size = _image_size(mean)
    if mean is None or size is None or size == made.crop:
        return mean
    if size != made.resize:
        raise OwltfError(
            f"the mean image is {_dims(size)}; it must have the size of the resized image, "
            f"{_dims(made.resize)}, or of the net's input, {_dims(made.crop)}"
        )
    (top, left), (height, width) = made.corner, made.crop
    return mean[:, top : top + height, left : left + width]
