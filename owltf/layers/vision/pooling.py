"""Pooling: the greatest value, or the mean, of each window."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.net.blob import Blob
from owltf.net.converter import LayerConverter
from owltf.net.layer import Layer
from owltf.net.window import Pair, Window, pooling_window


class Pool2D(keras.layers.Layer):
    """Pools (N, H, W, C) over Caffe's windows: their number is rounded up, the last may hang over.

    Args:
        kernel: (height, width) of the window; None for one window over the whole image.
        stride: its steps.
        pad: rows and columns added on each side.
        floor: whether the number of windows is rounded down instead.
    """

    def __init__(
        self,
        kernel: Pair | None = None,
        stride: Pair = (1, 1),
        pad: Pair = (0, 0),
        floor: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.kernel: Any = kernel and tuple(kernel)
        self.stride: Any = tuple(stride)
        self.pad: Any = tuple(pad)
        self.floor = floor

    def call(self, inputs: Any) -> Any:
        """Return the pooled images."""
        return self._pool(inputs, self._window(inputs.shape[1:3]))

    @abstractmethod
    def _pool(self, inputs: Any, window: Window) -> Any:
        """Return the pooled images."""

    def _window(self, size: Sequence[int]) -> Window:
        height, width = size
        return Window(self.kernel or (height, width), self.stride, self.pad)

    def _windows(self, inputs: Any, window: Window) -> list[int]:
        return window.pooled(inputs.shape[1:3], floor=self.floor)

    def _padded(self, inputs: Any, window: Window, value: float) -> tuple[Any, str]:
        size, out = inputs.shape[1:3], self._windows(inputs, window)
        wanted = window.overhang(size, out)
        if wanted == _same(size, window):
            return inputs, "SAME"
        # Rows in no window at the end are left out by VALID itself.
        sides = [(0, 0), *((before, max(after, 0)) for before, after in wanted), (0, 0)]
        return _pad(inputs, sides, value), "VALID"

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top for (N, H, W, C)."""
        batch, *size, channels = input_shape
        return (batch, *self._window(size).pooled(size, floor=self.floor), channels)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {
            **super().get_config(),
            "kernel": self.kernel,
            "stride": self.stride,
            "pad": self.pad,
            "floor": self.floor,
        }


def _same(size: Sequence[int], window: Window) -> list[Pair]:
    """Return the rows and columns that TensorFlow's SAME adds before and after."""
    return [
        (total // 2, total - total // 2)
        for total in (
            max((-(-side // stride) - 1) * stride + kernel - side, 0)
            for side, kernel, stride in zip(size, window.kernel, window.stride, strict=True)
        )
    ]


def _pad(inputs: Any, sides: Sequence[Pair], value: float) -> Any:
    return tf.pad(inputs, sides, constant_values=value) if np.any(sides) else inputs


@keras.saving.register_keras_serializable("owltf")
class MaxPool2D(Pool2D):
    """The greatest value of each window; what lies outside the image is in none."""

    def _pool(self, inputs: Any, window: Window) -> Any:
        padded, padding = self._padded(inputs, window, inputs.dtype.min)
        return tf.nn.max_pool2d(padded, window.kernel, window.stride, padding)


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


class Pooling(LayerConverter):
    """MAX or AVE over windows, or over the whole image with `global_pooling`."""

    caffe_type = "Pooling"
    tops = (1, 2)

    def check(self, layer: Layer) -> None:
        """Refuse STOCHASTIC, and the mask that a second top would hold."""
        param = layer.parameter.pooling_param
        if param.pool == param.STOCHASTIC:
            raise layer.unsupported("pool: STOCHASTIC")
        if len(layer.tops) > 1:
            raise layer.unsupported("a second top (the mask)")

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the pooled images."""
        param = layer.parameter.pooling_param
        if bottom.rank != 4:
            raise layer.error(f"pools (N, C, H, W), but '{bottom.name}' is {bottom.shape}")
        window = _fitting_window(layer, bottom)
        pool = layer.keras(
            AveragePool2D if param.pool == param.AVE else MaxPool2D,
            kernel=None if param.global_pooling else window.kernel,
            stride=window.stride,
            pad=window.pad,
            floor=param.round_mode == param.FLOOR,
        )
        return bottom.to_channels_last().map(pool)


def _fitting_window(layer: Layer, bottom: Blob) -> Window:
    size = bottom.shape[2:]
    window = pooling_window(layer, layer.parameter.pooling_param, size)
    (kernel_h, kernel_w), (pad_h, pad_w) = window.kernel, window.pad
    if pad_h >= kernel_h or pad_w >= kernel_w:
        raise layer.error(
            f"pad must be less than the kernel, got pad {pad_h}x{pad_w} for {kernel_h}x{kernel_w}"
        )
    # One window may hang over the end by less than a stride, Caffe's rounding keeps it.
    floor = layer.parameter.pooling_param.round_mode == layer.parameter.pooling_param.FLOOR
    if min(window.pooled(size, floor=floor)) < 1:
        raise layer.error(
            f"a kernel of {kernel_h}x{kernel_w} does not fit in '{bottom.name}' {bottom.shape} "
            f"with pad {pad_h}x{pad_w}"
        )
    return window
