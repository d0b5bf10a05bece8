from __future__ import annotations

import numpy as np
import pytest

from owltf.data.source.image import resize_image
from owltf.data.warp import Warp, rounded

IMAGE = np.random.default_rng(0).integers(1, 256, (40, 30, 3), np.uint8)


def test_without_context_it_is_resized():
    square, inside = Warp(16).cut(IMAGE, (3, 5, 20, 35), mirrored=False)
    np.testing.assert_array_equal(square, resize_image(IMAGE[5:36, 3:21], (16, 16)))
    assert inside.all()
    mirrored, _ = Warp(16).cut(IMAGE, (3, 5, 20, 35), mirrored=True)
    np.testing.assert_array_equal(mirrored, square[:, ::-1])


def test_context_beyond_the_image_is_left_out():
    warp = Warp(16, 4)
    # 10 pixels become 8 of the square: 5 on each side are around them, and 5 of them missing.
    square, inside = warp.cut(IMAGE, (0, 0, 9, 9), mirrored=False)
    assert not inside[:4].any()
    assert not inside[:, :4].any()
    assert inside[4:, 4:].all()
    assert (square[~inside] == 0).all()
    _, mirrored = warp.cut(IMAGE, (0, 0, 9, 9), mirrored=True)
    assert inside[:, -1].any()
    assert mirrored[4:, :4].all() or not mirrored[:, :1].any()


def test_a_square_window_widens_the_shorter_side():
    square, inside = Warp(20, 0, square=True).cut(IMAGE, (10, 5, 13, 24), mirrored=False)
    # 4 by 20 becomes 20 by 20 around the centre x = 12: from 2 to 22, of which 21 pixels.
    np.testing.assert_array_equal(square, resize_image(IMAGE[5:26, 2:23], (20, 20)))
    assert inside.all()


def test_a_window_outside_the_image():
    with pytest.raises(ValueError, match="not inside its 30 x 40 pixels"):
        Warp(16).cut(IMAGE, (3, 5, 30, 35), mirrored=False)


def test_rounding_as_c_does():
    assert [rounded(value) for value in (0.5, 1.5, -0.5, -1.5, 2.4, -2.6)] == [1, 2, -1, -2, 2, -3]
