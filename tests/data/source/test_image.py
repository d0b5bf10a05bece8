from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.source.image import COLOR, GRAY, NATIVE, decode_image, to_caffe


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)


def test_decoding(pixels):
    png = tf.io.encode_png(pixels)
    for channels in (NATIVE, COLOR):
        np.testing.assert_array_equal(decode_image(png, channels), pixels)
    gray = decode_image(png, GRAY)
    assert gray.shape == (4, 5, 1)
    assert decode_image(tf.io.encode_png(gray), COLOR).shape == (4, 5, 3)
    assert decode_image(tf.io.encode_jpeg(pixels), NATIVE).shape == (4, 5, 3)


def test_gray_is_what_caffe_gets_from_opencv():
    # Its PNG reader lets libpng do it, which rounds down.
    colors = np.uint8([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 100, 50]]])
    np.testing.assert_array_equal(
        np.ravel(decode_image(tf.io.encode_png(colors), GRAY)), [76, 149, 29, 124]
    )


@pytest.mark.parametrize(("channels", "order"), [(1, [0]), (3, [2, 1, 0]), (4, [2, 1, 0, 3])])
def test_to_caffe(channels, order):
    images = np.arange(2 * 3 * 4 * channels, dtype=np.uint8).reshape(2, 3, 4, channels)
    expected = images[..., order].transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(to_caffe(images, channels), expected)
