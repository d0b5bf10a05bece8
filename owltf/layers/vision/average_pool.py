"""AveragePool2D: the mean of each window."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.window import Window
from owltf.layers.vision.pool2d import Pool2D
from owltf.runtime.open_sizes import are_known, sizes_of


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
        is_one = isinstance(factor, np.ndarray) and np.all(factor == 1)
        return means if is_one else means * tf.cast(factor, means.dtype)

    def _factor(self, inputs: Any, window: Window, padding: str) -> Any:
        """Return the cells that TensorFlow divides by, over those that Caffe does: (H, W, 1)."""
        size, out = sizes_of(inputs)[1:3], self._windows(inputs, window)
        xp = np if are_known(size) else tf
        inside = [(0, side) for side in size]
        wide = [(-pad, side + pad) for side, pad in zip(size, window.pad, strict=True)]
        caffe = _cells(xp, window, out, wide)
        ours = _cells(xp, window, out, inside) if padding == "SAME" else prod(window.kernel)
        # A stride beyond the kernel can leave a last window empty: Caffe divides by 0 there.
        with np.errstate(divide="ignore"):
            return (ours / caffe)[..., np.newaxis]


def _cells(xp: Any, window: Window, out: Sequence[Any], spans: Sequence[tuple[Any, Any]]) -> Any:
    """Return how many cells of each window lie in a span (first, end) along each axis.

    Args:
        xp: NumPy, or TensorFlow where a graph computes the sizes.
        window: the window.
        out: how many windows there are along each axis.
        spans: the spans.
    """
    sides = zip(out, window.stride, window.pad, window.kernel, spans, strict=True)
    counts = []
    for count, stride, pad, kernel, (first, end) in sides:
        starts = (np.arange if xp is np else tf.range)(count) * stride - pad
        counts.append(xp.minimum(starts + kernel, end) - xp.maximum(starts, first))
    rows, columns = counts
    return rows[:, np.newaxis] * columns
