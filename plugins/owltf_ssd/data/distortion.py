"""The distortion of colours that SSD trains with: brightness, contrast, saturation and hue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

_HUES = 180


def distort(image: Any, param: Any, draw: np.random.Generator) -> Any:
    """Return an image, uint8 (H, W, 3) in BGR, with other colours.

    Brightness comes first, then contrast either before saturation and hue or behind them, then the
    order of the channels.

    Args:
        image: the image.
        param: a `DistortionParameter`.
        draw: what is drawn from.
    """
    steps: list[Callable[..., Any]] = [_saturate, _turn_hue]
    place = 0 if draw.uniform() > 0.5 else len(steps)
    steps.insert(place, _contrast)
    for step in (_brighten, *steps, _reorder):
        image = step(image, param, draw)
    return image


def _brighten(image: Any, param: Any, draw: np.random.Generator) -> Any:
    if draw.uniform() >= param.brightness_prob:
        return image
    return _bytes(image + np.float32(draw.uniform(-param.brightness_delta, param.brightness_delta)))


def _contrast(image: Any, param: Any, draw: np.random.Generator) -> Any:
    if draw.uniform() >= param.contrast_prob:
        return image
    return _bytes(image * np.float32(draw.uniform(param.contrast_lower, param.contrast_upper)))


def _saturate(image: Any, param: Any, draw: np.random.Generator) -> Any:
    if draw.uniform() >= param.saturation_prob:
        return image
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    factor = np.float32(draw.uniform(param.saturation_lower, param.saturation_upper))
    hsv[..., 1] = _bytes(hsv[..., 1] * factor)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)


def _turn_hue(image: Any, param: Any, draw: np.random.Generator) -> Any:
    if draw.uniform() >= param.hue_prob:
        return image
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    shift = draw.uniform(-param.hue_delta, param.hue_delta)
    # Hues go round in a circle; OpenCV counts them in steps of two degrees.
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + int(np.rint(shift))) % _HUES
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)


def _reorder(image: Any, param: Any, draw: np.random.Generator) -> Any:
    if draw.uniform() >= param.random_order_prob:
        return image
    return np.ascontiguousarray(image[..., draw.permutation(3)])


def _bytes(values: Any) -> Any:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def check_distortion(param: Any) -> str | None:
    """Return what is wrong with a `DistortionParameter`, None if nothing is."""
    for kind in ("contrast", "saturation"):
        lower, upper = getattr(param, f"{kind}_lower"), getattr(param, f"{kind}_upper")
        if getattr(param, f"{kind}_prob") and not 0 <= lower <= upper:
            return f"{kind}_lower and {kind}_upper must be 0 or more, and in order"
    return None
