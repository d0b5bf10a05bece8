"""The noise that SSD's `noise_param` adds to images: blur, other contrasts and colours, specks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

_POSTER_STEP = 64
_CLIP_LIMIT = 4


def add_noise(image: Any, param: Any, draw: np.random.Generator) -> Any:
    """Return an image with noise, uint8 (H, W, 3); float32 if it is converted to Lab.

    Every kind that is asked for is done to every image, in the order of SSD's Caffe.

    Args:
        image: uint8 (H, W, 3) in BGR.
        param: a `NoiseParameter`.
        draw: what the places of specks are drawn from.
    """
    steps: dict[str, Callable[[Any], Any]] = {
        "decolorize": _grey,
        "gauss_blur": lambda each: cv2.GaussianBlur(each, (7, 7), 1.5),
        "hist_eq": lambda each: _with_light(each, cv2.equalizeHist),
        "clahe": lambda each: _with_light(each, cv2.createCLAHE(_CLIP_LIMIT).apply),
        "jpeg": lambda each: _compressed(each, int(param.jpeg)),
        "erode": lambda each: cv2.erode(each, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))),
        "posterize": lambda each: each // _POSTER_STEP * _POSTER_STEP + _POSTER_STEP // 2,
        "inverse": cv2.bitwise_not,
        "saltpepper": lambda each: _specked(each, param.saltpepper_param, draw),
        "convert_to_hsv": lambda each: cv2.cvtColor(each, cv2.COLOR_BGR2HSV),
        "convert_to_lab": lambda each: _lab(each),
    }
    for name, step in steps.items():
        # `jpeg` is a quality, and none below 1; the others are switches.
        if getattr(param, name) > 0:
            image = step(image)
    return image


def _grey(image: Any) -> Any:
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def _with_light(image: Any, change: Callable[[Any], Any]) -> Any:
    """Return an image whose brightness alone is changed."""
    parts = cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb)
    parts[..., 0] = change(np.ascontiguousarray(parts[..., 0]))
    return cv2.cvtColor(parts, cv2.COLOR_YCrCb2BGR)


def _lab(image: Any) -> Any:
    return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)


def _compressed(image: Any, quality: int) -> Any:
    _, written = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(written, cv2.IMREAD_COLOR)


def _specked(image: Any, param: Any, draw: np.random.Generator) -> Any:
    height, width = image.shape[:2]
    count = int(np.floor(np.float32(param.fraction) * height * width))
    image = image.copy()
    image[draw.integers(height, size=count), draw.integers(width, size=count)] = param.value
    return image


def check_noise(param: Any) -> str | None:
    """Return what is wrong with a `NoiseParameter`, None if nothing is."""
    if param.saltpepper and len(param.saltpepper_param.value) not in (1, 3):
        return "saltpepper_param needs one value, or one for each of three channels"
    if not 0 <= param.saltpepper_param.fraction <= 1:
        return f"fraction must lie in 0 to 1, got {param.saltpepper_param.fraction:g}"
    if param.HasField("prob"):
        return "prob is not supported: SSD's Caffe adds its noise to every image; leave it out"
    return None
