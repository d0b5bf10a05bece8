"""Resizing, against SciPy."""

from __future__ import annotations

import numpy as np
import pytest

from owltf.pycaffe.image_resize import resize_to_corners, resize_within

ndimage = pytest.importorskip("scipy.ndimage")
IMAGE = np.random.default_rng(0).uniform(size=(6, 9, 3))


@pytest.mark.parametrize("size", [(3, 4), (12, 18), (7, 9), (1, 1)])
@pytest.mark.parametrize("order", [0, 1, 3])
def test_pixels_keep_their_places(size: tuple[int, int], order: int) -> None:
    factors = [new / old for new, old in zip((*size, 3), IMAGE.shape, strict=True)]
    grid = {"order": order, "mode": "grid-constant", "grid_mode": True}
    np.testing.assert_allclose(
        resize_within(IMAGE, size, order), ndimage.zoom(IMAGE, factors, **grid), atol=1e-6
    )


@pytest.mark.parametrize("size", [(3, 4), (12, 18)])
@pytest.mark.parametrize("order", [1, 3])
def test_corners_keep_their_places(size: tuple[int, int], order: int) -> None:
    factors = [new / old for new, old in zip((*size, 3), IMAGE.shape, strict=True)]
    wanted = ndimage.zoom(IMAGE, factors, order=order)
    np.testing.assert_allclose(resize_to_corners(IMAGE, size, order), wanted, atol=1e-6)
