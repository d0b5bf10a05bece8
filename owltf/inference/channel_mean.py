"""Reads the value of `--mean`: numbers, or a mean image, as a mean for each channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.caffe.binary.numpy_file import read_npy
from owltf.caffe.find_file import find_file
from owltf.caffe.net.read import read_mean
from owltf.errors import OwltfError

_IMAGE_AXES = 3


def channel_mean(text: str, channels: int, schema: Any) -> npt.NDArray[np.float32]:
    """Return the mean of each channel, float32 (C, 1, 1).

    Args:
        text: a number for each channel joined by commas, in the order in which the net takes them;
            one number for all; or the name of a mean image (binaryproto, or (C, H, W) in `.npy`),
            of which each channel's mean is taken, as Caffe's classification example does.
        channels: the number of channels that the net takes.
        schema: Caffe's messages.

    Raises:
        OwltfError: if the text is none of these, or has another number of channels.
    """
    means = _numbers(text)
    if means is None:
        means = _mean_image(find_file(text, None), schema).mean((1, 2), np.float64).tolist()
    if len(means) not in (1, channels):
        raise OwltfError(f"mean {text}: is of {len(means)} channels where the net takes {channels}")
    return np.broadcast_to(np.array(means, np.float32), channels).reshape(channels, 1, 1)


def check_mean(text: str) -> None:
    """Raise OwltfError if the value of `--mean` is neither numbers nor a file that exists."""
    if _numbers(text) is None:
        find_file(text, None)


def _numbers(text: str) -> list[float] | None:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return None


def _mean_image(path: Path, schema: Any) -> npt.NDArray[Any]:
    if path.suffix != ".npy":
        return read_mean(path, schema)
    image = read_npy(path)
    if image.ndim != _IMAGE_AXES:
        raise OwltfError(f"{path}: a mean must be one (C, H, W) image; got {np.shape(image)}")
    return image
