"""The batch that images are written into: cropped, mirrored, minus the mean, scaled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from owltf.data.source.buffers import empty_aligned
from owltf.data.source.image import Image, mirror_image
from owltf.data.transform import Transform

Floats = npt.NDArray[np.float32]
Corners = npt.NDArray[np.int64]


class FloatImages:
    """Images as a net takes them, which threads write into one array.

    Each image goes from its bytes to its place in one step while it is in the processor's cache.

    Attributes:
        array: float32 (N, C, H, W), or (N, H, W, C).
    """

    def __init__(self, transform: Transform, shape: Sequence[int], channels_last: bool) -> None:
        """Make an array of any values.

        Args:
            transform: the layer's `transform_param`.
            shape: its (N, C, H, W).
            channels_last: whether it is (N, H, W, C) instead.
        """
        count, channels, *size = shape
        self._transform, self._channels_last = transform, channels_last
        laid_out = (count, *size, channels) if channels_last else (count, channels, *size)
        self.array: Floats = empty_aligned(laid_out, np.float32)

    def put(self, place: int, image: Image, corner: Any, mirrored: Any) -> None:
        """Write one image (H, W, C), whole: it is cropped and mirrored here."""
        cut = self._transform.cut(image, corner, mirrored)
        mean = self._mean_of(corner, mirrored)
        if self._channels_last:
            self._put_rows(place, cut, mean)
            return
        planes = cv2.split(cut) if cut.shape[2] > 1 else [cut[:, :, 0]]
        for channel, plane in enumerate(planes):
            of_channel = None if mean is None else mean[channel]
            self._write(plane, of_channel, self.array[place, channel])

    def put_many(
        self,
        places: npt.NDArray[np.intp],
        images: npt.NDArray[Any],
        corners: Corners,
        mirrored: npt.NDArray[np.bool_],
    ) -> None:
        """Write images (N, C, H, W) of bytes or floats, whole: they are cropped and mirrored here.

        Args:
            places: their places in the batch.
            images: the images.
            corners: where each is cropped, (N, 2).
            mirrored: which are mirrored.
        """
        kept = self._moved(images, corners, mirrored)
        mean = self._mean_of_many(corners, mirrored)
        first, last = int(places[0]), int(places[-1])
        if last - first == len(places) - 1:
            self._write_many(kept, mean, self.array[first : last + 1])
            return
        apart = np.empty((len(places), *self.array.shape[1:]), np.float32)
        self._write_many(kept, mean, apart)
        self.array[places] = apart

    def _put_rows(self, place: int, cut: Image, mean: Floats | None) -> None:
        """Write an image whose channels are last, as they are in the batch."""
        height, width, channels = cut.shape
        rows = (height, width * channels)
        if mean is not None:
            # Long rows: NumPy goes along one at a time.
            whole = np.broadcast_to(mean, (channels, mean.shape[1], width))
            mean = whole.transpose(1, 2, 0).reshape(-1, width * channels)
        self._write(cut.reshape(rows), mean, self.array[place].reshape(rows))

    def _write_many(self, kept: npt.NDArray[Any], mean: Floats | None, target: Floats) -> None:
        if not self._channels_last:
            self._write(kept, mean, target)
            return
        for channel in range(kept.shape[1]):
            of_channel = None if mean is None else mean[..., channel, :, :]
            self._write(kept[:, channel], of_channel, target[..., channel])

    def _write(self, values: npt.NDArray[Any], mean: Floats | None, target: Floats) -> None:
        scale = np.float32(self._transform.scale)
        if mean is not None:
            np.subtract(values, mean, out=target, dtype=np.float32)
            if scale != 1:
                target *= scale
        elif scale != 1:
            np.multiply(values, scale, out=target, dtype=np.float32)
        else:
            target[...] = values

    def _moved(
        self, images: npt.NDArray[Any], corners: Corners, mirrored: npt.NDArray[np.bool_]
    ) -> npt.NDArray[Any]:
        """Return images cropped and mirrored; it may be a view."""
        side = self._transform.crop_size
        kept = cropped(images, corners, side) if side else images
        if not mirrored.any():
            return kept
        kept = kept if kept.base is None else kept.copy()
        mirror_rows(kept, mirrored)
        return kept

    def _mean_of(self, corner: Any, mirrored: Any) -> Floats | None:
        """Return the mean of an image, (C, h, w), or (C, 1, 1)."""
        mean = self._transform.mean
        if mean is None or not self._transform.has_mean_image:
            return mean
        (top, left), side = corner, self._transform.crop_size
        kept = mean[:, top : top + side, left : left + side] if side else mean
        return kept[:, :, ::-1] if mirrored else kept

    def _mean_of_many(self, corners: Corners, mirrored: npt.NDArray[np.bool_]) -> Floats | None:
        mean = self._transform.mean
        if mean is None or not self._transform.has_mean_image:
            return mean
        if not self._transform.crop_size and not mirrored.any():
            return mean
        return self._moved(np.broadcast_to(mean, (len(corners), *mean.shape)), corners, mirrored)


def cropped(images: npt.NDArray[Any], corners: Corners, side: int) -> npt.NDArray[Any]:
    """Return squares cut out of images, each at its own corner, in one call of NumPy.

    Args:
        images: (N, C, H, W).
        corners: the top left corner of each square, (N, 2).
        side: the squares' side.
    """
    top, left = corners[0].tolist()
    if (corners == corners[0]).all():
        return images[:, :, top : top + side, left : left + side]
    windows = np.lib.stride_tricks.sliding_window_view(images, (side, side), (2, 3))
    return windows[np.arange(len(images)), :, corners[:, 0], corners[:, 1]]


def mirror_rows(images: npt.NDArray[Any], mirrored: npt.NDArray[np.bool_]) -> None:
    """Mirror some of the images (N, C, H, W) left to right, in place."""
    if mirrored.any():
        some = images[mirrored]
        rows = some.reshape(-1, some.shape[-1], 1)
        images[mirrored] = mirror_image(rows).reshape(some.shape)
