"""The common part of all pooling: Caffe's windows over height and width."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.source_call import SourceCall
from owltf.convert.window import Pair, Window
from owltf.runtime.graph_checks import check_room
from owltf.runtime.open_sizes import are_known, sizes_of, where_known


class Pool2D(keras.layers.Layer):
    """Pools (N, H, W, C) over Caffe's windows: their number is rounded up, so the last may jut out.

    Args:
        kernel: (height, width) of the window; None for one window over the whole image.
        stride: the distance between two windows.
        pad: rows and columns added on each side.
        floor: whether the number of windows is rounded down instead.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

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
        window = self._window(sizes_of(inputs)[1:3])
        return self._pool(check_room(inputs, self._windows(inputs, window), self.name), window)

    @abstractmethod
    def _pool(self, inputs: Any, window: Window) -> Any:
        """Return the pooled images."""

    def _window(self, size: Sequence[int]) -> Window:
        height, width = size
        return Window(self.kernel or (height, width), self.stride, self.pad)

    def _windows(self, inputs: Any, window: Window) -> list[Any]:
        size = sizes_of(inputs)[1:3]
        least = min if are_known(size) else tf.minimum
        return window.pooled(size, floor=self.floor, least=least)

    def _padded(self, inputs: Any, window: Window, value: float) -> tuple[Any, str]:
        size = sizes_of(inputs)[1:3]
        if are_known(size):
            wanted = window.overhang(size, self._windows(inputs, window))
            if wanted == _same(size, window):
                return inputs, "SAME"
        return self._filled(inputs, window, value), "VALID"

    def _filled(self, inputs: Any, window: Window, value: float) -> Any:
        """Return the images with a value wherever a window reaches beyond them."""
        size = sizes_of(inputs)[1:3]
        wanted = window.overhang(size, self._windows(inputs, window))
        # VALID by itself leaves out rows at the end that are in no window.
        most = max if are_known(size) else tf.maximum
        sides = [(0, 0), *((before, most(after, 0)) for before, after in wanted), (0, 0)]
        is_needed = not are_known(size) or np.any(sides)
        return tf.pad(inputs, sides, constant_values=value) if is_needed else inputs

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top for (N, H, W, C)."""
        batch, *size, channels = input_shape
        if self.kernel is None:
            return (batch, 1, 1, channels)
        pooled = partial(self._window(size).pooled, floor=self.floor)
        return (batch, *where_known(pooled, size), channels)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {
            **super().get_config(),
            "kernel": self.kernel,
            "stride": self.stride,
            "pad": self.pad,
            "floor": self.floor,
        }

    def source_pads(self, call: SourceCall) -> list[Pair]:
        """Return the rows and columns to add on each side, so that all windows lie inside."""
        far = self.source_overhang(call)
        return [(pad, max(pad + more, 0)) for pad, more in zip(self.pad, far, strict=True)]

    def source_overhang(self, call: SourceCall) -> list[int]:
        """Return how many rows and columns the last windows reach beyond the padded image."""
        sizes, windows = call.shapes[0][1:3], call.tops[0][1:3]
        sides = zip(self.kernel or sizes, self.stride, self.pad, sizes, windows, strict=True)
        return [(out - 1) * step + size - side - 2 * pad for size, step, pad, side, out in sides]


def _same(size: Sequence[int], window: Window) -> list[Pair]:
    """Return how many rows and columns TensorFlow's SAME adds before and after the image."""
    return [
        (total // 2, total - total // 2)
        for total in (
            max((-(-side // stride) - 1) * stride + kernel - side, 0)
            for side, kernel, stride in zip(size, window.kernel, window.stride, strict=True)
        )
    ]
