"""The steps of a net without data layers; tests/inference/test_image_input.py has the others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from owltf.errors import OwltfError
from owltf.inference.image_steps import images_as_given

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 7, 3), np.uint8)


def steps(**given: Any) -> Any:
    return images_as_given("data", (3, 4, 5), lambda: None, **given)


def test_an_image_is_read_as_it_is_said(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), PIXELS)
    images = steps(resize=(6, 7), mean="1,2,3", scale=0.5, channel_order="rgb")
    found = images.read(tmp_path / "a.png")
    wanted = (PIXELS[:, :, ::-1].astype(np.float32) - [1, 2, 3]) * 0.5
    np.testing.assert_array_equal(found, wanted.transpose(2, 0, 1))
    np.testing.assert_array_equal(images.centre(found), found[:, 1:5, 1:6])


def test_images_get_the_nets_size() -> None:
    assert (steps().size, steps().cut, steps().mean, steps().scale) == ((4, 5), (4, 5), None, 1)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"resize": (3, 5)}, "images of 3x5 are smaller than what the net takes, 3x4x5"),
        ({"channel_order": "gbr"}, "must be bgr or rgb"),
        ({"mean": "1,2"}, "2 channels"),
    ],
)
def test_what_does_not_fit_is_refused(given: Any, reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        steps(**given)


def test_they_need_no_tensorflow() -> None:
    code = "import sys, owltf.inference.image_steps; sys.exit('tensorflow' in sys.modules)"
    path = {"PYTHONPATH": ":".join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=path).returncode == 0
