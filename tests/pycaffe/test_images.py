"""Images of caffe.io: files, sizes, crops."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from owltf.pycaffe.images import load_image, oversample, resize_image

RNG = np.random.default_rng(0)


def test_colours_are_red_green_blue_from_0_to_1(tmp_path: Path) -> None:
    pixels = RNG.integers(256, size=(4, 5, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), pixels)
    image = load_image(str(tmp_path / "a.png"))
    assert image.dtype == np.float32
    np.testing.assert_allclose(image, pixels[:, :, ::-1] / 255, rtol=1e-6)
    grey = load_image(str(tmp_path / "a.png"), color=False)
    assert grey.shape == (4, 5, 1)
    np.testing.assert_allclose(grey[..., 0], image @ [0.2125, 0.7154, 0.0721], rtol=1e-5)


@pytest.mark.parametrize(("channels", "kind"), [(1, np.uint8), (4, np.uint8), (3, np.uint16)])
def test_other_kinds_of_files(tmp_path: Path, channels: int, kind: type) -> None:
    pixels = RNG.integers(np.iinfo(kind).max, size=(4, 5, channels)).astype(kind)
    cv2.imwrite(str(tmp_path / "a.png"), pixels)
    image = load_image(str(tmp_path / "a.png"))
    wanted = np.broadcast_to(pixels, (4, 5, 3)) if channels == 1 else pixels[:, :, 2::-1]
    np.testing.assert_allclose(image, wanted / np.iinfo(kind).max, rtol=1e-6)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"absent\.png"):
        load_image(str(tmp_path / "absent.png"))
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(ValueError, match=r"text\.png"):
        load_image(str(tmp_path / "text.png"))


def test_resizing_keeps_a_constant_and_halves_by_means() -> None:
    constant = resize_image(np.full((4, 4, 3), 0.25), (7, 3))
    assert constant.shape == (7, 3, 3) and (constant == 0.25).all()
    image = RNG.uniform(size=(6, 8, 3))
    halves = image.reshape(3, 2, 4, 2, 3).mean((1, 3))
    np.testing.assert_allclose(resize_image(image, (3, 4)), halves, rtol=1e-5)
    corners = resize_image(RNG.uniform(size=(6, 8, 2)), (11, 15))
    assert corners.shape == (11, 15, 2)


def test_ten_crops() -> None:
    image = RNG.uniform(size=(5, 7, 3)).astype(np.float32)
    crops = oversample([image, 2 * image], (3, 4))
    assert crops.shape == (20, 3, 4, 3)
    corners = [image[:3, :4], image[:3, 3:], image[2:, :4], image[2:, 3:], image[1:4, 1:5]]
    assert np.array_equal(crops[:5], corners)
    assert np.array_equal(crops[5:10], crops[:5, :, ::-1])
    assert np.array_equal(crops[10:], 2 * crops[:10])
