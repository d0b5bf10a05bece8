"""The expansion of images that SSD trains with: an image in a larger one of the mean colour."""

from __future__ import annotations

from typing import Any

import numpy as np

# Caffe leaves an image alone whose ratio is as close to 1.
_LEAST = 1e-2


def expand(image: Any, param: Any, mean: Any, draw: np.random.Generator) -> tuple[Any, Any]:
    """Return an image placed in a larger one, and the box of that in parts of the small one.

    Args:
        image: uint8 (H, W, C).
        param: an `ExpansionParameter`.
        mean: the colour of what is new, (C,).
        draw: what is drawn from.
    """
    whole = np.array([0, 0, 1, 1], np.float32)
    if draw.uniform() > param.prob or param.max_expand_ratio - 1 < _LEAST:
        return image, whole
    ratio = draw.uniform(1, param.max_expand_ratio)
    size = np.array(image.shape[:2])
    new = (size * ratio).astype(int)
    top, left = np.floor(draw.uniform(0, 1, 2) * (new - size)).astype(int)
    large = np.empty((*new, image.shape[2]), np.uint8)
    large[:] = np.clip(mean, 0, 255)
    large[top : top + size[0], left : left + size[1]] = image
    corner, sides = np.array([-left, -top]), size[::-1]
    window = np.concatenate([corner / sides, (corner + new[::-1]) / sides])
    return large, window.astype(np.float32)
