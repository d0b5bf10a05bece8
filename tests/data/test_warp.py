from __future__ import annotations

import math
from itertools import product

import cv2
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


def by_the_definition(image, box, side, pad, square, mirrored):
    """Do to one window what R-CNN's layer says, number by number in float32."""
    one, two = np.float32(1), np.float32(2)

    def nearest(value):
        return int(math.floor(abs(value) + 0.5) * (-1 if value < 0 else 1))

    around = np.float32(side) / np.float32(side - 2 * pad)
    halves = [(np.float32(box[2 + axis] - box[axis]) + one) / two for axis in (0, 1)]
    centres = [np.float32(box[axis]) + halves[axis] for axis in (0, 1)]
    if square:
        halves = [max(halves)] * 2
    low, high, before, behind, kept = [], [], [], [], []
    for axis, size in enumerate((image.shape[1], image.shape[0])):
        first = nearest(centres[axis] - halves[axis] * around)
        last = nearest(centres[axis] + halves[axis] * around)
        if not pad and not square:
            first, last = box[axis], box[2 + axis]
        scale = np.float32(side) / np.float32(last - first + 1)
        missing, beyond = max(0, -first), max(0, last - size + 1)
        low.append(first + missing)
        high.append(last - beyond)
        kept.append(nearest(np.float32(high[axis] - low[axis] + 1) * scale))
        before.append(nearest(np.float32(missing) * scale))
        behind.append(nearest(np.float32(beyond) * scale))
    left, top = behind[0] if mirrored else before[0], before[1]
    width, height = min(kept[0], side - left), min(kept[1], side - top)
    part = image[low[1] : high[1] + 1, low[0] : high[0] + 1]
    part = cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
    whole = np.full((side, side, 3), -1)
    whole[top : top + height, left : left + width] = cv2.flip(part, 1) if mirrored else part
    return whole


@pytest.mark.parametrize(("pad", "square"), [(0, False), (0, True), (5, False), (5, True)])
def test_many_windows_are_as_the_definition_has_them(pad, square):
    draw = np.random.default_rng(1)
    beyond = 0
    for _, mirrored in product(range(100), (False, True)):
        x1, x2 = sorted(draw.choice(30, 2, replace=False).tolist())
        y1, y2 = sorted(draw.choice(40, 2, replace=False).tolist())
        box = (x1, y1, x2, y2)
        found, inside = Warp(24, pad, square).cut(IMAGE, box, mirrored)
        wanted = by_the_definition(IMAGE, box, 24, pad, square, mirrored)
        np.testing.assert_array_equal(np.where(inside[..., None], found.astype(int), -1), wanted)
        beyond += not inside.all()
    assert bool(beyond) == bool(pad or square)


def test_rounding_as_c_does():
    assert [rounded(value) for value in (0.5, 1.5, -0.5, -1.5, 2.4, -2.6)] == [1, 2, -1, -2, 2, -3]
