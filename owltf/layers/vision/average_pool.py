"""Average pooling: the mean of each window, as Caffe counts it."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.source_call import SourceCall
from owltf.convert.window import Window, side
from owltf.layers.vision.pool2d import Pool2D
from owltf.runtime.open_sizes import are_known, sizes_of

AVERAGE_POOL = '''
def average_pool(x, size, strides, pad, beyond):
    """Pool as Caffe does: zeros of the padding count, what lies beyond it does not."""
    sides = [(p, p + b) for p, b in zip(pad, beyond)]
    padded = np.ones([s + 2 * p for s, p in zip(x.shape[1:3], pad)], "float32")
    counted = np.pad(padded, [(0, b) for b in beyond])[None, :, :, None]
    total = ops.average_pool(ops.pad(x, [(0, 0), *sides, (0, 0)]), size, strides)
    part = ops.average_pool(counted, size, strides)
    return total / part
'''


@keras.saving.register_keras_serializable("owltf")
class AveragePool2D(Pool2D):
    """Computes the mean of each window.

    Caffe divides by the cells of the window that lie in the padded image: zeros of the padding
    count, cells beyond them do not. TensorFlow divides by the whole window, or with SAME by the
    cells inside the image.
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
        """Return TensorFlow's divisors divided by Caffe's, (H, W, 1)."""
        size, out = sizes_of(inputs)[1:3], self._windows(inputs, window)
        xp = np if are_known(size) else tf
        inside = [(0, side) for side in size]
        wide = [(-pad, side + pad) for side, pad in zip(size, window.pad, strict=True)]
        caffe = _cells(xp, window, out, wide)
        ours = _cells(xp, window, out, inside) if padding == "SAME" else prod(window.kernel)
        # A stride beyond the kernel can leave a last window empty: Caffe divides by 0 there.
        with np.errstate(divide="ignore"):
            return (ours / caffe)[..., np.newaxis]

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        beyond = tuple(max(far, 0) for far in self.source_overhang(call))
        if self.kernel is None:
            return call.layer_call("layers.GlobalAveragePooling2D", keepdims=True)
        if not any((*self.pad, *beyond)):
            strides = call.unless(side(self.stride), side(self.kernel))
            return call.layer_call("layers.AveragePooling2D", side(self.kernel), strides=strides)
        call.need(AVERAGE_POOL)
        window = call.arguments(self.kernel, self.stride, self.pad, beyond)
        return f"average_pool({call.x}, {window})"


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
