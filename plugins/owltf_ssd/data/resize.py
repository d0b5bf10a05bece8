"""The resizing of `resize_param`: to a size, or to fit into one with a border."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

_INTERPOLATIONS = {
    "LINEAR": cv2.INTER_LINEAR,
    "AREA": cv2.INTER_AREA,
    "NEAREST": cv2.INTER_NEAREST,
    "CUBIC": cv2.INTER_CUBIC,
    "LANCZOS4": cv2.INTER_LANCZOS4,
}
_BORDERS = {
    "CONSTANT": cv2.BORDER_CONSTANT,
    "MIRRORED": cv2.BORDER_REFLECT101,
    "REPEAT_NEAREST": cv2.BORDER_REPLICATE,
}


def resize(image: Any, param: Any, draw: np.random.Generator) -> tuple[Any, Any]:
    """Return an image of another size, and the box of that in parts of the given one.

    Args:
        image: uint8 (H, W, C).
        param: a `ResizeParameter`.
        draw: what is drawn from: one of the interpolations that it names.
    """
    modes = [_name(param, "interp_mode", mode) for mode in param.interp_mode] or ["LINEAR"]
    flag = _INTERPOLATIONS[modes[int(draw.integers(len(modes)))]]
    height, width = _inner_size(image.shape, param)
    resized = cv2.resize(image, (width, height), interpolation=flag)
    resized = resized.reshape(height, width, image.shape[2])
    if param.resize_mode != param.FIT_LARGE_SIZE_AND_PAD:
        return resized, np.array([0, 0, 1, 1], np.float32)
    return _padded(resized, param)


def _inner_size(shape: Any, param: Any) -> tuple[int, int]:
    height, width = param.height, param.width
    ratio, wanted = shape[1] / shape[0], param.width / param.height
    if param.resize_mode == param.FIT_SMALL_SIZE:
        return (int(width / ratio), width) if ratio < wanted else (height, int(height * ratio))
    if param.resize_mode == param.FIT_LARGE_SIZE_AND_PAD:
        return (int(width / ratio), width) if ratio > wanted else (height, int(height * ratio))
    return height, width


def _padded(image: Any, param: Any) -> tuple[Any, Any]:
    inner = np.array(image.shape[:2])
    missing = np.array([param.height, param.width]) - inner
    top, left = missing // 2
    bottom, right = missing - missing // 2
    border = _BORDERS[_name(param, "pad_mode", param.pad_mode)]
    values = list(param.pad_value) or [0]
    colour = values if len(values) > 1 else values * image.shape[2]
    padded = cv2.copyMakeBorder(image, top, bottom, left, right, border, value=colour)
    sides = np.tile(inner[::-1], 2)
    window = np.array([-left, -top, inner[1] + right, inner[0] + bottom]) / sides
    return padded.reshape(param.height, param.width, image.shape[2]), window.astype(np.float32)


def _name(param: Any, field: str, number: int) -> str:
    values = param.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
    return str(values[number].name)


def check_resize(param: Any) -> str | None:
    """Return what is wrong with a `ResizeParameter`, None if nothing is."""
    if not param.height or not param.width:
        return "needs a height and a width"
    if param.prob != 1:
        return "prob must be 1: all images of a batch are resized"
    if param.height_scale or param.width_scale:
        return "height_scale and width_scale are not supported"
    return None
