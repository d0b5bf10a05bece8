"""Each kind of noise does to an image what its name says."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from made_shapes import message
from owltf_ssd.data.noise import add_noise, check_noise

IMAGE = np.random.default_rng(0).integers(0, 256, (32, 24, 3), np.uint8)


def noisy(**fields: Any) -> np.ndarray:
    param = message("NoiseParameter")
    for name, value in fields.items():
        setattr(param, name, value)
    made: np.ndarray = add_noise(IMAGE, param, np.random.default_rng(1))
    return made


def test_nothing_unless_asked_for() -> None:
    np.testing.assert_array_equal(noisy(), IMAGE)


def test_colours() -> None:
    np.testing.assert_array_equal(noisy(inverse=True), 255 - IMAGE)
    np.testing.assert_array_equal(noisy(posterize=True), IMAGE // 64 * 64 + 32)
    grey = noisy(decolorize=True)
    wanted = IMAGE @ [0.114, 0.587, 0.299]
    np.testing.assert_allclose(grey, wanted[..., None].repeat(3, 2), atol=1)
    hsv = noisy(convert_to_hsv=True)
    np.testing.assert_array_equal(hsv[..., 2], IMAGE.max(2))
    lab = noisy(convert_to_lab=True)
    assert lab.dtype == np.float32
    assert 0 <= lab[..., 0].min() < lab[..., 0].max() <= 100


def test_blur_and_erosion() -> None:
    assert noisy(gauss_blur=True).std() < IMAGE.std() / 2
    eroded = noisy(erode=True)
    rows = [IMAGE[:-2, 1:-1], IMAGE[2:, 1:-1], IMAGE[1:-1, :-2], IMAGE[1:-1, 2:]]
    np.testing.assert_array_equal(eroded[1:-1, 1:-1], np.min([*rows, IMAGE[1:-1, 1:-1]], axis=0))


@pytest.mark.parametrize("field", ["hist_eq", "clahe"])
def test_contrast_is_evened_out(field: str) -> None:
    light = cv2.cvtColor(noisy(**{field: True}), cv2.COLOR_BGR2YCrCb)[..., 0].astype(int)
    before = cv2.cvtColor(IMAGE, cv2.COLOR_BGR2YCrCb)[..., 0].astype(int)
    assert np.ptp(light) >= np.ptp(before)
    assert (light != before).any()


def test_compression_loses_a_little() -> None:
    good, bad = (np.abs(noisy(jpeg=quality) - IMAGE.astype(int)).mean() for quality in (95, 5))
    assert 0 < good < bad


def test_specks() -> None:
    param = message("NoiseParameter", saltpepper=True)
    param.saltpepper_param.fraction, param.saltpepper_param.value[:] = 0.25, [0, 255, 7]
    found = add_noise(IMAGE, param, np.random.default_rng(1))
    changed = (found != IMAGE).any(2)
    assert (found[changed] == [0, 255, 7]).all()
    # Some places are drawn twice.
    assert 0.15 < changed.mean() <= 0.25
    assert check_noise(param) is None


def test_what_is_wrong() -> None:
    assert "needs one value" in str(check_noise(message("NoiseParameter", saltpepper=True)))
    assert "prob is not supported" in str(check_noise(message("NoiseParameter", prob=0.5)))
    wrong = message("NoiseParameter")
    wrong.saltpepper_param.fraction = 2
    assert "fraction must lie in 0 to 1" in str(check_noise(wrong))
