"""Max pooling: the greatest value of each window, or its place."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.source_call import SourceCall
from owltf.convert.window import Window, side
from owltf.layers.vision.pool2d import Pool2D
from owltf.runtime.open_sizes import are_known, sizes_of


@keras.saving.register_keras_serializable("owltf")
class MaxPool2D(Pool2D):
    """Computes the greatest value of each window; the padding does not count."""

    def _pool(self, inputs: Any, window: Window) -> Any:
        if not are_known(window.kernel):
            return tf.reduce_max(inputs, (1, 2), keepdims=True)
        padded, padding = self._padded(inputs, window, inputs.dtype.min)
        return tf.nn.max_pool2d(padded, window.kernel, window.stride, padding)

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        if self.kernel is None:
            return call.layer_call("layers.GlobalMaxPooling2D", keepdims=True)
        pads = self.source_pads(call)
        sides = call.literal([(0, 0), *pads, (0, 0)])
        padded = f"ops.pad({call.x}, {sides}, constant_values=-np.inf)"
        return call.layer_call(
            "layers.MaxPooling2D",
            side(self.kernel),
            x=call.step(padded) if any(map(any, pads)) else None,
            strides=call.unless(side(self.stride), side(self.kernel)),
        )


@keras.saving.register_keras_serializable("owltf")
class MaxPlace2D(Pool2D):
    """Computes the place of each window's greatest value: row * width + column, or -1 if empty."""

    def _pool(self, inputs: Any, window: Window) -> Any:
        (height, width), (above, left) = sizes_of(inputs)[1:3], window.pad
        padded = self._filled(inputs, window, inputs.dtype.min)
        _, index = tf.nn.max_pool_with_argmax(padded, window.kernel, window.stride, "VALID")
        # TensorFlow's index counts the values of all channels, in the padded image.
        cell = tf.cast(index // padded.shape[3], tf.int32)
        across = sizes_of(padded)[2]
        row, column = cell // across - above, cell % across - left
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        return tf.cast(tf.where(inside, row * width + column, -1), inputs.dtype)

    def source(self, call: SourceCall) -> str:
        """Refuse: plain Keras has no place of a window's greatest value."""
        raise call.unsupported("the places of the greatest values, a second top")
