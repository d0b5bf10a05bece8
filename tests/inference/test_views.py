"""Views of images."""

from __future__ import annotations

import numpy as np
import pytest

from owltf.errors import OwltfError
from owltf.inference.views import View, find_views, resized

IMAGES = np.random.default_rng(0).normal(size=(2, 3, 9, 8)).astype(np.float32)


def cuts(name: str, size: tuple[int, int] = (6, 6)) -> list[np.ndarray]:
    return [np.asarray(view.cut(IMAGES, size)) for view in find_views(name)]


def test_the_ten_views_are_four_corners_and_the_centre_each_mirrored() -> None:
    places = [(0, 0), (3, 0), (0, 2), (3, 2), (1, 1)]
    wanted = []
    for top, left in places:
        plain = IMAGES[:, :, top : top + 6, left : left + 6]
        wanted += [plain, plain[..., ::-1]]
    np.testing.assert_array_equal(cuts("10"), wanted)
    np.testing.assert_array_equal(cuts("corners"), wanted[::2])
    np.testing.assert_array_equal(cuts("flips"), wanted[8:])
    np.testing.assert_array_equal(cuts("1"), wanted[8:9])


def test_a_cut_need_not_be_square() -> None:
    np.testing.assert_array_equal(cuts("1", (4, 8)), [IMAGES[:, :, 2:6]])


def test_googlenets_views() -> None:
    views = find_views("144")
    assert len(set(views)) == 144
    # 8 sevenths of 7 are 8: the image is that wide already, so its first square is its top.
    view = View((0, 0), sevenths=8, square=0)
    np.testing.assert_allclose(view.cut(IMAGES, (7, 7)), IMAGES[:, :, :7, :7], rtol=1e-6)
    last = View((2, 2), sevenths=8, square=2)
    np.testing.assert_allclose(last.cut(IMAGES, (7, 7)), IMAGES[:, :, 2:, 1:], rtol=1e-6)
    whole = View(None, sevenths=8, square=0)
    square = resized(IMAGES[:, :, :8, :8], (7, 7))
    np.testing.assert_allclose(whole.cut(IMAGES, (7, 7)), square, rtol=1e-5)


def test_resizing_takes_the_pixels_around_a_centre() -> None:
    line = np.arange(4, dtype=np.float32).reshape(1, 1, 1, 4)
    np.testing.assert_allclose(resized(line, (1, 2))[0, 0, 0], [0.5, 2.5])


def test_mistakes() -> None:
    with pytest.raises(OwltfError, match="a view of 10x10 does not fit into images of 9x8"):
        cuts("1", (10, 10))
    with pytest.raises(OwltfError, match="no views '12'; known: 1, flips, corners, 10, 144"):
        find_views("12")
