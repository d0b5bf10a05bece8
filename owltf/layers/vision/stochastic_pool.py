"""Stochastic pooling: a random value of each window, likelier the greater it is."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.source_call import SourceCall
from owltf.convert.window import Window
from owltf.layers.vision.patches import patches
from owltf.layers.vision.pool2d import Pool2D
from owltf.runtime.open_sizes import sizes_of
from owltf.runtime.step import current_step

STOCHASTIC_POOL = '''
def stochastic_pool(x, size, strides, pads):
    """Return the mean of what is drawn from each window with a chance as great as its value."""
    x = ops.pad(x, [(0, 0), *pads, (0, 0)])
    squares, values = (ops.average_pool(each, size, strides) for each in (ops.square(x), x))
    return ops.where(values > 0, squares / ops.where(values > 0, values, 1.0), 0.0)
'''


@keras.saving.register_keras_serializable("owltf")
class StochasticPool2D(Pool2D):
    """In training, draws a value of each window, likelier the greater it is; else its mean.

    In a run, the random numbers depend on a row's place in the whole batch.

    Args:
        stream: the name of the random numbers' stream.
        batch: the rows of the whole batch.
        **kwargs: the arguments of `Pool2D`.
    """

    def __init__(self, stream: str, batch: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stream = stream
        self.batch = batch
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the pooled images."""
        window = self._window(sizes_of(inputs)[1:3])
        return self._drawn(inputs, window) if training else self._pool(inputs, window)

    def _pool(self, inputs: Any, window: Window) -> Any:
        # The expected value of a draw: the sum of squares divided by the sum, here both as means.
        filled = self._filled(inputs, window, 0.0)
        squares, values = (
            tf.nn.avg_pool2d(each, window.kernel, window.stride, "VALID")
            for each in (tf.square(filled), filled)
        )
        positive = values > 0
        return tf.where(positive, squares / tf.where(positive, values, 1.0), 0.0)

    def _drawn(self, inputs: Any, window: Window) -> Any:
        filled = self._filled(inputs, window, 0.0)
        values = patches(filled, window, self._windows(inputs, window))
        sums = tf.cumsum(values, axis=-1)
        # Caffe draws from (0, 1], so that a zero is drawn only if the whole window is zero.
        level = (1 - self._uniform(tf.shape(sums)[:-1])) * sums[..., -1]
        place = tf.argmax(tf.cast(sums >= level[..., tf.newaxis], tf.int8), axis=-1)
        chosen = tf.one_hot(place, values.shape[-1], True, False)
        return tf.reduce_sum(tf.where(chosen, values, 0.0), axis=-1)

    def _uniform(self, shape: Any) -> Any:
        step = current_step()
        if step is None:
            return keras.random.uniform(shape, seed=self.seed_generator)
        return step.uniform(self.stream, shape, self.batch)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "stream": self.stream, "batch": self.batch}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(STOCHASTIC_POOL)
        kernel = self.kernel or call.shapes[0][1:3]
        window = call.arguments(kernel, self.stride, self.source_pads(call))
        return f"stochastic_pool({call.x}, {window})"
