from __future__ import annotations

import numpy as np
import pytest
from made_shapes import message
from owltf_ssd.data.resize import check_resize, resize

WARP, FIT_SMALL, FIT_LARGE = 1, 2, 3
IMAGE = np.full((10, 20, 3), 7, np.uint8)


@pytest.mark.parametrize(
    ("mode", "shape"), [(WARP, (8, 8)), (FIT_SMALL, (8, 16)), (FIT_LARGE, (8, 8))]
)
def test_modes(mode: int, shape: tuple[int, int]) -> None:
    param = message("ResizeParameter", height=8, width=8, resize_mode=mode, interp_mode=[1, 2, 4])
    image, window = resize(IMAGE, param, np.random.default_rng(0))
    assert image.shape == (*shape, 3)
    if mode != FIT_LARGE:
        assert (image == 7).all()
        np.testing.assert_array_equal(window, [0, 0, 1, 1])
        return
    np.testing.assert_array_equal(image[:, 0, 0], [0, 0, 7, 7, 7, 7, 0, 0])
    np.testing.assert_allclose(window, [0, -0.5, 1, 1.5])


def test_the_colour_of_the_border() -> None:
    param = message("ResizeParameter", height=8, width=8, resize_mode=FIT_LARGE)
    param.pad_value.extend([1, 2, 3])
    image, _ = resize(IMAGE, param, np.random.default_rng(0))
    np.testing.assert_array_equal(image[0, 0], [1, 2, 3])


def test_wrong_fields() -> None:
    assert check_resize(message("ResizeParameter", height=2, width=3)) is None
    assert "needs a height" in str(check_resize(message("ResizeParameter", height=2)))
    for fields in ({"prob": 0.5}, {"height_scale": 3}):
        assert check_resize(message("ResizeParameter", height=2, width=3, **fields))
