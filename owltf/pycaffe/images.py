"""Reads, resizes and crops images as pycaffe's `caffe.io` does: float32 from 0 to 1, RGB."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from owltf.pycaffe.image_resize import resize_to_corners, resize_within

Array = npt.NDArray[Any]

_COLOURS, _WITH_ALPHA = 3, 4
# scikit-image's weights of red, green and blue.
_GREY = (0.2125, 0.7154, 0.0721)


def load_image(filename: str, color: bool = True) -> Array:
    """Return an image file's pixels, float32 from 0 to 1.

    Args:
        filename: the file.
        color: return red, green and blue; otherwise shades of grey.

    Returns:
        (H, W, 3) or (H, W, 1).

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it holds no image that can be read.
    """
    if not Path(filename).is_file():
        raise FileNotFoundError(f"No such file: '{filename}'")
    pixels: Any = cv2.imread(str(filename), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError(f"{filename}: no image that can be read")
    image = pixels if np.issubdtype(pixels.dtype, np.floating) else _from_0_to_1(pixels)
    image = np.atleast_3d(image)
    if image.shape[2] in (_COLOURS, _WITH_ALPHA):
        image = image[:, :, 2::-1]
        image = image if color else (image @ np.array(_GREY))[:, :, np.newaxis]
    elif color:
        image = np.repeat(image[:, :, :1], _COLOURS, axis=2)
    return np.ascontiguousarray(image[:, :, : 3 if color else 1], np.float32)


def _from_0_to_1(pixels: Array) -> Array:
    return np.asarray(pixels / np.float64(np.iinfo(pixels.dtype).max))


def resize_image(im: Any, new_dims: Sequence[int], interp_order: int = 1) -> Array:
    """Return an image in another size, float32.

    Args:
        im: (H, W, C).
        new_dims: the height and width.
        interp_order: 0 for the nearest pixel, 1 for linear interpolation; SciPy does more.
    """
    image, size = np.asarray(im), (int(new_dims[0]), int(new_dims[1]))
    if image.shape[-1] not in (1, _COLOURS):
        return resize_to_corners(image, size, interp_order).astype(np.float32)
    low, high = float(image.min()), float(image.max())
    if high <= low:
        return np.full((*size, image.shape[-1]), low, np.float32)
    standard = (image - low) / (high - low)
    resized = resize_within(standard, size, interp_order) * (high - low) + low
    return resized.astype(np.float32)


def oversample(images: Sequence[Any], crop_dims: Sequence[int]) -> Array:
    """Return the four corners and the centre of images, and each of them mirrored.

    Args:
        images: N images (H, W, C) of one size.
        crop_dims: the height and width of a crop.

    Returns:
        (10 N, height, width, C), float32.
    """
    size, (height, width) = images[0].shape, (int(crop_dims[0]), int(crop_dims[1]))
    corners = [(y, x) for y in (0, size[0] - height) for x in (0, size[1] - width)]
    places = [*corners, (int((size[0] - height) / 2), int((size[1] - width) / 2))]
    crops = np.empty((len(images), 2, len(places), height, width, size[2]), np.float32)
    for image, of_image in zip(images, crops, strict=True):
        for index, (y, x) in enumerate(places):
            of_image[:, index] = image[y : y + height, x : x + width]
    crops[:, 1] = crops[:, 1, :, :, ::-1]
    return crops.reshape(-1, height, width, size[2])
