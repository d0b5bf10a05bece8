"""Reads `transform_param`, and says where each image is cropped and whether it is mirrored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.caffe.net.read import read_mean
from owltf.data.data_context import DataContext
from owltf.data.draws import WORDS_PER_RECORD, record_words, stream_key
from owltf.data.source.image import mirror_image
from owltf.errors import OwltfError

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Transform:
    """The transformation of every image, as Caffe's DataTransformer does it.

    Attributes:
        crop_size: side of the square that is cut out; 0 keeps the whole image.
        crops_at_random: whether the square's place is random, else it is the centre.
        mirror: whether each image is mirrored left to right with a chance of one half.
        scale: the factor of all values, applied after the mean is subtracted.
        mean: float32 (C, 1, 1), or (C, H, W) for images before they are cropped, or None.
        key: the key of the stream of random numbers.
    """

    crop_size: int
    crops_at_random: bool
    mirror: bool
    scale: float
    mean: np.ndarray[Any, Any] | None
    key: int

    @property
    def has_mean_image(self) -> bool:
        """Whether the mean differs from pixel to pixel."""
        return self.mean is not None and self.mean.shape[1:] != (1, 1)

    @cached_property
    def mean_channels_last(self) -> npt.NDArray[np.float32]:
        """The mean image as (H, W, C)."""
        assert self.mean is not None
        return np.ascontiguousarray(self.mean.transpose(1, 2, 0))

    @property
    def fixes_size(self) -> bool:
        """Whether all images come out of one size."""
        return bool(self.crop_size) or self.has_mean_image

    def output_shape(self, shape: Shape) -> Shape:
        """Return the (C, H, W) that an image of this (C, H, W) has after the transformation."""
        return (shape[0], self.crop_size, self.crop_size) if self.crop_size else shape

    def mismatch(self, shape: Shape, first: Shape, one_size: str | None) -> str | None:
        """Return why an image of this shape does not fit the transformation, None if it does.

        Args:
            shape: the image's (C, H, W).
            first: the first image's.
            one_size: why images that are not cropped must be of one size; None if they need not.
        """
        if shape == first:
            # Whether the first one fits was checked when the layer was made.
            return None
        if shape[0] != first[0]:
            return f"has {shape[0]} channels where the first has {first[0]}"
        differs = f"is {dims(shape)} where the first is {dims(first)}"
        if self.has_mean_image:
            return (
                f"{differs}; mean_file is for images of one size: give mean_value, or resize them"
            )
        if one_size and not self.crop_size:
            return f"{differs}; {one_size}"
        if min(shape[1:]) < self.crop_size:
            return f"is {dims(shape)}, smaller than crop_size {self.crop_size}"
        return None

    def words(self, first: int, count: int) -> npt.NDArray[np.int64]:
        """Return the random words, (N, 4), of consecutive records, for `place` and `draw`."""
        if not self._is_random:
            return np.zeros((count, WORDS_PER_RECORD), np.int64)
        return record_words(self.key, first, count)

    def draw(
        self, first: int, sizes: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Return random crops and mirrorings for consecutive records.

        Args:
            first: the first record's number.
            sizes: their (height, width), int64 (N, 2).

        Returns:
            The top left corners, int64 (N, 2), and whether to mirror, bool (N,).
        """
        top, left, mirrored = self.place(self.words(first, len(sizes)).T, sizes.T)
        return np.stack([top, left], 1), mirrored

    @property
    def _is_random(self) -> bool:
        return self.mirror or bool(self.crop_size and self.crops_at_random)

    def place(self, words: Iterable[Any], size: Iterable[Any]) -> tuple[Any, Any, Any]:
        """Return the first row and the first column of the crop, and whether to mirror.

        Args:
            words: the four words of a record as integers, or as arrays those of several.
            size: its height and width, or theirs.
        """
        down, right, turn, _ = words
        height, width = size
        mirrored = (turn % 2 == 1) & self.mirror
        if not self.crop_size:
            return 0 * down, 0 * right, mirrored
        below, beside = height - self.crop_size, width - self.crop_size
        if self.crops_at_random:
            return down % (below + 1), right % (beside + 1), mirrored
        return below // 2, beside // 2, mirrored

    def cut(self, image: npt.NDArray[Any], corner: Any, mirrored: Any) -> npt.NDArray[Any]:
        """Return what is kept of one image (H, W, C), cropped and mirrored."""
        top, left = corner
        side = self.crop_size
        kept = image[top : top + side, left : left + side] if side else image
        return mirror_image(kept) if mirrored else kept


def dims(shape: tuple[int, ...]) -> str:
    """Return a shape as errors show it: "3x256x256"."""
    return "x".join(map(str, shape))


def read_transform(context: DataContext, shape: Shape) -> Transform:
    """Return the transformation of a layer's `transform_param`, checked against its images.

    Args:
        context: the data layer's context.
        shape: the (C, H, W) of the first image.

    Raises:
        OwltfError: if the crop or the mean does not fit the images.
    """
    parameter = context.parameter.transform_param
    check_crop(parameter.crop_size, shape)
    return Transform(
        crop_size=parameter.crop_size,
        crops_at_random=context.phase == "TRAIN",
        mirror=parameter.mirror,
        scale=parameter.scale,
        mean=_read_mean(context, shape),
        key=stream_key(context.seed, context.name, "transform"),
    )


def check_crop(crop_size: int, shape: Shape) -> None:
    """Raise OwltfError if the square to cut out is larger than an image of this (C, H, W)."""
    if crop_size > min(shape[1:]):
        raise OwltfError(f"crop_size {crop_size} is larger than the image, {shape[1]}x{shape[2]}")


def _read_mean(context: DataContext, shape: Shape) -> np.ndarray[Any, Any] | None:
    parameter = context.parameter.transform_param
    if parameter.mean_file and parameter.mean_value:
        raise OwltfError("mean_file and mean_value cannot both be given")
    if parameter.mean_file:
        return _mean_image(context, shape)
    if parameter.mean_value:
        return mean_per_channel(list(parameter.mean_value), shape)
    return None


def _mean_image(context: DataContext, shape: Shape) -> np.ndarray[Any, Any]:
    name = context.parameter.transform_param.mean_file
    mean = read_mean(context.find("mean_file", name), context.schema)
    if mean.shape != shape:
        raise OwltfError(
            f"mean_file {name} must have the images' shape {dims(shape)}; it has {dims(mean.shape)}"
        )
    return np.asarray(mean, np.float32)


def mean_per_channel(values: list[float], shape: Shape) -> np.ndarray[Any, Any]:
    """Return a `mean_value` for each channel, float32 (C, 1, 1).

    Args:
        values: those of the net.
        shape: the (C, H, W) of the images.

    Raises:
        OwltfError: if there are neither one nor as many as channels.
    """
    channels = shape[0]
    if len(values) not in (1, channels):
        raise OwltfError(
            f"mean_value must be given once or once per channel ({channels}); got {len(values)}"
        )
    return np.broadcast_to(np.array(values, np.float32), channels).reshape(channels, 1, 1)
