"""Cuts, mirrors and normalizes an image and its labels alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from owltf.api import DataContext, OwltfError, read_mean, resize_image
from owltf_segmentation.image_pairs import nearest


@dataclass(frozen=True)
class PairTransform:
    """What is done to an image (H, W, C) and its labels (H, W), if these are an image.

    Attributes:
        crop: the height and width that are cut out; None to keep all.
        is_random: whether the cut's place is random; else it is the middle.
        mirror: whether each is mirrored left to right with a chance of one half.
        mean: what is subtracted from each pixel's channels, (C,) or (H, W, C).
        scale: the factor of all values, after that.
        pad_label: the label of what is added where an image is smaller than the cut, on the right
            and below; None to refuse such images.
        factors: factors of the size, of which one is drawn for each image; none for 1.
    """

    crop: tuple[int, int] | None
    is_random: bool
    mirror: bool
    mean: Any
    scale: float
    pad_label: int | None
    factors: Sequence[float] = ()

    def out(self, size: Sequence[int]) -> tuple[int, int]:
        """Return the height and width of the tops for those of an image."""
        return self.crop or (size[0], size[1])

    def apply(self, image: Any, labels: Any, words: Sequence[int]) -> tuple[Any, Any]:
        """Return the image (C, H, W) and the labels (1, H, W), float32.

        Args:
            image: the image.
            labels: its labels; a number is left as it is.
            words: five random words of the record.

        Raises:
            ValueError: if the image is smaller than the cut, or not of the mean image's size.
        """
        image, labels = self._scaled(image, labels, words[4])
        if self.mean is not None and self.mean.ndim > 1 and self.mean.shape != image.shape:
            raise ValueError(f"is {image.shape}, where the mean image is {self.mean.shape}")
        values = image.astype(np.float32)
        values = values if self.mean is None else values - self.mean
        parts = [self._cut(part, fill, words) for part, fill in ((values, 0), (labels, None))]
        return np.moveaxis(parts[0] * np.float32(self.scale), 2, 0), parts[1]

    def _scaled(self, image: Any, labels: Any, word: int) -> tuple[Any, Any]:
        if not self.factors:
            return image, labels
        factor = self.factors[word % len(self.factors)]
        size = (max(1, int(image.shape[0] * factor)), max(1, int(image.shape[1] * factor)))
        return resize_image(image, size), labels if np.ndim(labels) < 2 else nearest(labels, size)

    def _cut(self, values: Any, fill: float | None, words: Sequence[int]) -> Any:
        if np.ndim(values) < 2:
            return np.float32(values)
        if self.crop is not None:
            values = self._cropped(self._padded(values, fill), words)
        if self.mirror and words[2] % 2:
            values = values[:, ::-1]
        return values if values.ndim == 3 else values[None].astype(np.float32)

    def _padded(self, values: Any, fill: float | None) -> Any:
        assert self.crop is not None
        missing = [max(0, want - have) for want, have in zip(self.crop, values.shape, strict=False)]
        if not any(missing):
            return values
        if self.pad_label is None:
            raise ValueError(f"is {values.shape[:2]}, smaller than the crop {self.crop}")
        ends = [(0, each) for each in missing] + [(0, 0)] * (values.ndim - 2)
        return np.pad(values, ends, constant_values=self.pad_label if fill is None else fill)

    def _cropped(self, values: Any, words: Sequence[int]) -> Any:
        assert self.crop is not None
        (height, width), room = self.crop, np.subtract(values.shape[:2], self.crop)
        place = np.asarray(words[:2]) % (room + 1) if self.is_random else room // 2
        top, left = place.tolist()
        return values[top : top + height, left : left + width]


def mean_of(context: DataContext, mean_file: str, values: Sequence[float], channels: int) -> Any:
    """Return what is subtracted: a mean image (H, W, C), a value a channel (C,), or None.

    Raises:
        OwltfError: if both are given, or the values are neither one nor one a channel.
    """
    if mean_file and values:
        raise OwltfError("mean_file and mean_value cannot both be given")
    if mean_file:
        mean = read_mean(context.find("mean_file", mean_file), context.schema)
        return np.moveaxis(np.asarray(mean, np.float32), 0, 2)
    if len(values) not in (0, 1, channels):
        raise OwltfError(
            f"mean_value must be given once or once per channel ({channels}); got {len(values)}"
        )
    return np.broadcast_to(np.array(values, np.float32), channels) if values else None
