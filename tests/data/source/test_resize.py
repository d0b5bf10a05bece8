"""Resizing as OpenCV does, by the figures of real Caffe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from owltf.data.source.image import COLOR
from owltf.data.source.image_files import find_images, read_image
from owltf.data.source.resize import resize_image

ORACLE = Path(__file__).parents[1] / "oracle"


def test_caffes_own_resize(monkeypatch: pytest.MonkeyPatch) -> None:
    """The case `image_resize`: five PNGs of several sizes, four a batch, less a mean."""
    monkeypatch.chdir(ORACLE / "images")
    files = find_images([ORACLE / "list_png.txt"])
    wanted = np.load(ORACLE / "image_resize.npz")
    whole = wanted["top/0/0"] + np.array([104, 117, 123], np.float32).reshape(3, 1, 1)
    got = [resize_image(read_image(file.path, COLOR), (33, 29)) for file in files[:4]]
    np.testing.assert_array_equal(np.transpose(got, (0, 3, 1, 2)), whole)
    assert [file.label for file in files[:4]] == wanted["top/0/1"].tolist()


def test_half_the_size_is_the_mean_of_four() -> None:
    image = np.array([[0, 1, 9, 9], [2, 4, 9, 8]], np.uint8)[:, :, None]
    assert resize_image(image, (1, 2)).ravel().tolist() == [2, 9]


def test_the_same_size_and_larger_ones() -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 4, 3), np.uint8)
    assert resize_image(image, (5, 4)) is image
    flat = np.full((3, 2, 1), 77, np.uint8)
    assert (resize_image(flat, (7, 9)) == 77).all()
    line = np.array([[0, 100]], np.uint8)[:, :, None]
    assert resize_image(line, (1, 4)).ravel().tolist() == [0, 25, 75, 100]


def test_opencvs_own_resize() -> None:
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    rng = np.random.default_rng(0)
    for height, width, *size in rng.integers(1, 90, (60, 4)).tolist():
        image = rng.integers(0, 256, (height, width, 3), np.uint8)
        wanted = cv2.resize(image, size[::-1], interpolation=cv2.INTER_LINEAR)
        got = resize_image(image, (size[0], size[1]))
        np.testing.assert_array_equal(got, wanted, f"{height}x{width} to {size}")
