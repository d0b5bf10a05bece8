"""Patches against a loop over the windows."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from owltf.convert.window import Window
from owltf.layers.vision.patches import patches


def test_gives_what_each_window_covers() -> None:
    images = np.random.default_rng(0).standard_normal((2, 8, 7, 3)).astype(np.float32)
    window = Window((3, 2), (2, 3), (0, 0), (2, 1))
    out = window.convolved((8, 7))
    got = patches(tf.constant(images), window, out).numpy()
    assert got.shape == (2, 2, 2, 3, 6)
    for row, column in np.ndindex(*out):
        under = images[:, row * 2 : row * 2 + 5 : 2, column * 3 : column * 3 + 2]
        wanted = np.moveaxis(under, 3, 1).reshape(2, 3, 6)
        np.testing.assert_array_equal(got[:, row, column], wanted)
