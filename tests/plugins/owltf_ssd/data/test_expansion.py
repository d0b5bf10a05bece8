from __future__ import annotations

import numpy as np
from made_shapes import message
from owltf_ssd.data.expansion import expand

IMAGE = np.full((4, 6, 3), 9, np.uint8)


def test_the_image_lies_where_the_window_says() -> None:
    param = message("ExpansionParameter", prob=1, max_expand_ratio=3)
    large, window = expand(IMAGE, param, np.array([1, 2, 3]), np.random.default_rng(2))
    height, width = large.shape[:2]
    left, top = -window[:2] * [6, 4]
    np.testing.assert_allclose((window[2:] - window[:2]) * [6, 4], [width, height], rtol=1e-6)
    left, top = round(float(left)), round(float(top))
    assert (large[top : top + 4, left : left + 6] == 9).all()
    assert (large == [1, 2, 3]).all(2).sum() == height * width - 24


def test_left_alone() -> None:
    for fields in ({"prob": 0, "max_expand_ratio": 3}, {"max_expand_ratio": 1}):
        param = message("ExpansionParameter", **fields)
        same, window = expand(IMAGE, param, np.zeros(3), np.random.default_rng(2))
        assert same is IMAGE
        np.testing.assert_array_equal(window, [0, 0, 1, 1])
