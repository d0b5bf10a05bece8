"""Images are resized as OpenCV does, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from export_case import prepared
from owltf_exporter.images.operations import fit
from owltf_exporter.images.preprocessing import Preprocessing
from owltf_exporter.images.resize import resize

SIZES = [(31, 23, 17, 40), (40, 60, 20, 30), (9, 7, 20, 25), (16, 16, 16, 16), (100, 3, 7, 7)]


def images(height: int, width: int, count: int = 2) -> np.ndarray:
    """Return random images."""
    shape = (count, height, width, 3)
    return np.random.default_rng(height).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("sizes", SIZES)
def test_it_equals_numpys_account(sizes: tuple[int, ...]) -> None:
    height, width, new_height, new_width = sizes
    source = images(height, width)
    side = min(new_height, new_width)
    how = Preprocessing((new_height, new_width), (side, side), 3)
    wanted = prepared(source, (new_height, new_width), side).transpose(0, 2, 3, 1)
    np.testing.assert_array_equal(fit(tf.constant(source), how), wanted)


@pytest.mark.parametrize("sizes", SIZES)
def test_it_equals_opencv(sizes: tuple[int, ...]) -> None:
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    height, width, new_height, new_width = sizes
    (source,) = images(height, width, 1)
    resized = resize(tf.constant(source[None], tf.int32), new_height, new_width)
    wanted = cv2.resize(source, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(resized[0], wanted)


def test_grey_images_are_weighed_like_opencvs() -> None:
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    (source,) = images(50, 60, 1)
    how = Preprocessing((50, 60), (50, 60), 1)
    wanted = cv2.cvtColor(source, cv2.COLOR_RGB2GRAY)
    np.testing.assert_array_equal(fit(tf.constant(source[None]), how)[0, ..., 0], wanted)
