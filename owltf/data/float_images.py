"""The batch that images are written into: cropped, mirrored, minus the mean, scaled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from owltf.data.source.buffers import empty_aligned
from owltf.data.source.image import Image, mirror_image
from owltf.data.transform import Transform

Floats = npt.NDArray[np.float32]
Corners = npt.NDArray[np.int64]

# The channels that an image of OpenCV may have, in every version of it.
_MOST_MERGED = 128
# So many pixels a mean is repeated for.
_MOST_TILED = 1 << 18
# So much of several images is made floats at a time that it lies in a processor's own cache.
_CACHED_BYTES = 1 << 19


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
        self._has_mean_image = transform.has_mean_image
        self._mean = None if self._has_mean_image else self._mean_of_channels()
        self._scale = None if transform.scale == 1 else np.float32(transform.scale)

    def put(self, place: int, image: Image, corner: Any, mirrored: Any) -> None:
        """Write one image (H, W, C), whole: it is cropped and mirrored here."""
        cut = self._transform.cut(image, corner, mirrored)
        target = self.array[place]
        if self._channels_last:
            np.copyto(target, cut)
        else:
            # OpenCV takes ten times as long where the rows lie apart.
            planes = cv2.split(np.ascontiguousarray(cut))
            for channel, plane in enumerate(planes):
                np.copyto(target[channel], plane)
        self._normalize(target, self._mean_of(corner, mirrored))

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
        first, last = int(places[0]), int(places[-1])
        follow = last - first == len(places) - 1
        shape = len(places), *self.array.shape[1:]
        targets = self.array[first : last + 1] if follow else np.empty(shape, np.float32)
        step = max(1, _CACHED_BYTES // max(1, targets[0].nbytes))
        for start in range(0, len(places), step):
            some = slice(start, start + step)
            target = targets[some]
            np.copyto(target, self._laid_out(kept[some]))
            self._normalize(target, self._mean_of_many(corners[some], mirrored[some]))
        if not follow:
            self.array[places] = targets

    def clear(self, place: int, pixels: npt.NDArray[np.bool_]) -> None:
        """Set some pixels (H, W) of an image that was written to 0, in all channels."""
        image = self.array[place]
        image[pixels if self._channels_last else np.s_[:, pixels]] = 0

    def _normalize(self, target: Floats, mean: Floats | None) -> None:
        # In place: NumPy takes twice as long to convert bytes and compute in one go.
        if mean is not None:
            np.subtract(target, mean, out=target)
        if self._scale is not None:
            np.multiply(target, self._scale, out=target)

    def _laid_out(self, images: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return images (N, C, H, W) in the batch's layout."""
        return with_channels_last(images) if self._channels_last else images

    def _moved(
        self, images: npt.NDArray[Any], corners: Corners, mirrored: npt.NDArray[np.bool_]
    ) -> npt.NDArray[Any]:
        """Return images cropped and mirrored; it may be a view."""
        side = self._transform.crop_size
        kept = cropped(images, corners, side) if side else images
        if not mirrored.any():
            return kept
        kept = kept.copy() if kept is images or kept.base is not None else kept
        mirror_rows(kept, mirrored)
        return kept

    def _mean_of_channels(self) -> Floats | None:
        """Return a `mean_value` in a form that NumPy subtracts quickly."""
        mean = self._transform.mean
        if mean is None or (mean == mean[0]).all():
            return None if mean is None else mean[0]
        if not self._channels_last:
            return mean
        _, height, width, _ = self.array.shape
        return _everywhere(tuple(mean.ravel().tolist()), height, width)

    def _mean_of(self, corner: Any, mirrored: Any) -> Floats | None:
        """Return what is subtracted from an image."""
        if not self._has_mean_image:
            return self._mean
        if self._channels_last:
            return self._transform.cut(self._transform.mean_channels_last, corner, mirrored)
        mean, (top, left), side = self._transform.mean, corner, self._transform.crop_size
        assert mean is not None
        kept = mean[:, top : top + side, left : left + side] if side else mean
        return kept[:, :, ::-1] if mirrored else kept

    def _mean_of_many(self, corners: Corners, mirrored: npt.NDArray[np.bool_]) -> Floats | None:
        """Return what is subtracted from several images."""
        mean = self._transform.mean
        if mean is None or not self._has_mean_image:
            return self._mean
        if not self._transform.crop_size and not mirrored.any():
            return self._laid_out(mean[None])
        several = np.broadcast_to(mean, (len(corners), *mean.shape))
        return self._laid_out(self._moved(several, corners, mirrored))


@lru_cache(maxsize=4)
def _everywhere(values: tuple[float, ...], height: int, width: int) -> Floats:
    """Return an image (H, W, C) of the same values everywhere, or one row of it if it is large.

    Row by row it takes more than half as long again to subtract it.
    """
    rows = height if height * width <= _MOST_TILED else 1
    return np.tile(np.array(values, np.float32), (rows, width, 1))


def with_channels_last(images: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return images (N, C, H, W) as (N, H, W, C); several times quicker than by NumPy alone."""
    count, channels, height, width = images.shape
    if channels == 1:
        return images.reshape(count, height, width, 1)
    if channels > _MOST_MERGED or images.dtype not in (np.uint8, np.float32):
        return images.transpose(0, 2, 3, 1)
    # The planes of one image lie behind each other, and need no copy.
    planes = images[0] if count == 1 else images.swapaxes(0, 1)
    rows = np.ascontiguousarray(planes).reshape(channels, count * height, width)
    merged = cv2.merge([*rows])
    return np.asarray(merged, images.dtype).reshape(count, height, width, channels)


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
