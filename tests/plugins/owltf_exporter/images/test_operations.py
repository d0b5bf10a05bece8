"""Images on their way into an exported net, against NumPy's account."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from owltf_exporter.images.operations import decode, finish, fit, prepare, prepare_files
from owltf_exporter.images.preprocessing import Preprocessing

# OpenCV's weights of red, green and blue, of 2^15.
WEIGHTS = np.array([9798, 19235, 3735])
HALF = 1 << 14


def weighed(colours: np.ndarray) -> np.ndarray:
    """Return the grey of colours, in parts of 2^15."""
    return colours.astype(np.int64) @ WEIGHTS


def grey(colours: np.ndarray) -> np.ndarray:
    """Return what an exported grey net makes of colours (N, 3)."""
    how = Preprocessing((1, len(colours)), (1, len(colours)), channels=1)
    made: np.ndarray = fit(tf.constant(colours[None, None], tf.uint8), how).numpy()
    return made.ravel()


def colours_at(rest: range) -> np.ndarray:
    """Return colours whose grey has such a fraction, in parts of 2^15."""
    steps = np.arange(0, 256, 5)
    every = np.stack(np.meshgrid(steps, steps, np.arange(256), indexing="ij"), -1).reshape(-1, 3)
    fractions = weighed(every) % (2 * HALF)
    return every[(rest.start <= fractions) & (fractions < rest.stop)]


@pytest.mark.parametrize(
    ("rest", "up"), [(range(HALF - 8, HALF), 0), (range(HALF, HALF + 8), 1)], ids=["below", "from"]
)
def test_a_grey_is_rounded_up_from_a_half_on(rest: range, up: int) -> None:
    colours = colours_at(rest)
    assert len(colours) > 50
    np.testing.assert_array_equal(grey(colours), weighed(colours) // (2 * HALF) + up)


def test_what_is_grey_stays() -> None:
    shades = np.arange(256)
    np.testing.assert_array_equal(grey(np.stack([shades] * 3, -1)), shades)


def pictures(count: int = 2) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 7, 9, 3)).astype(np.uint8)


@pytest.mark.parametrize(("order", "step"), [("bgr", -1), ("rgb", 1)])
def test_the_centre_in_the_nets_order_less_the_mean_scaled(order: str, step: int) -> None:
    mean = np.array([1, 2, 3], np.float32).reshape(3, 1, 1)
    how = Preprocessing((7, 9), (4, 4), 3, order, mean, 0.5)
    centre = pictures()[:, 1:5, 2:6, ::step].astype(np.float32)
    wanted = (centre.transpose(0, 3, 1, 2) - mean) * np.float32(0.5)
    np.testing.assert_array_equal(prepare(pictures(), how), wanted)


def test_without_a_mean_and_a_scale_values_stay() -> None:
    how = Preprocessing((7, 9), (7, 9), 3)
    values = pictures().astype(np.int32)
    np.testing.assert_array_equal(finish(values, how), values.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("channels", [1, 3])
def test_files_of_several_sizes_are_as_their_images(channels: int) -> None:
    how = Preprocessing((6, 6), (5, 5), channels)
    several: list[Any] = [pictures()[0], pictures(3)[2, :5, :8]]
    files = tf.stack([tf.io.encode_png(image) for image in several])
    wanted = np.concatenate([prepare(image[None], how) for image in several])
    np.testing.assert_array_equal(prepare_files(files, how), wanted)


def test_a_grey_file_has_three_equal_channels() -> None:
    shade = pictures()[0, ..., :1]
    decoded = decode(tf.io.encode_png(shade)).numpy()
    np.testing.assert_array_equal(decoded, np.repeat(shade, 3, -1))
