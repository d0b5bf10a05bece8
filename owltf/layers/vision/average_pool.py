"""AveragePool2D: the mean of each window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.layers.vision.pool2d import Pool2D
from owltf.net.window import Window


@keras.saving.register_keras_serializable("owltf")
class AveragePool2D(Pool2D):
    """The mean of each window.

    Caffe divides by the window clipped to the padded image: its zeros count, what lies beyond them
    does not. TensorFlow counts the whole window, or with SAME only what lies in the image.
    """

    def _pool(self, inputs: Any, window: Window) -> Any:
        if self.kernel is None:
            return tf.reduce_mean(inputs, (1, 2), keepdims=True)
        padded, padding = self._padded(inputs, window, 0.0)
        means = tf.nn.avg_pool2d(padded, window.kernel, window.stride, padding)
        factor = self._factor(inputs, window, padding)
        return means if np.all(factor == 1) else means * tf.cast(factor, means.dtype)

    def _factor(self, inputs: Any, window: Window, padding: str) -> np.ndarray:
        """Return the cells that TensorFlow divides by, over those that Caffe does: (H, W, 1)."""
        size, out = inputs.shape[1:3], self._windows(inputs, window)
        caffe = _cells(window, out, [-pad for pad in window.pad], np.add(size, window.pad))
        ours = _cells(window, out, (0, 0), size) if padding == "SAME" else np.prod(window.kernel)
        # A stride beyond the kernel can leave a last window empty: Caffe divides by 0 there.
        with np.errstate(divide="ignore"):
            return (ours / caffe).astype(np.float32)[..., np.newaxis]


def _cells(window: Window, out: Sequence[int], first: Any, end: Any) -> np.ndarray:
    """Return how many cells of each window lie in [first, end)."""
    rows, columns = (
        np.minimum(starts + kernel, above) - np.maximum(starts, below)
        for starts, kernel, below, above in zip(
            _starts(window, out), window.kernel, first, end, strict=True
        )
    )
    return np.outer(rows, columns)


def _starts(window: Window, out: Sequence[int]) -> list[np.ndarray]:
    sides = zip(out, window.stride, window.pad, strict=True)
    return [np.arange(count) * stride - pad for count, stride, pad in sides]
