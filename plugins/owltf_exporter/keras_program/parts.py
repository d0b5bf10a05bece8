"""The parts of a program that plain Keras lacks, as the source text of small functions."""

from __future__ import annotations

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

LRN_ACROSS_CHANNELS = '''
def lrn(x, size, alpha, beta, k):
    """Divide by the size of neighbours along the channels; alpha is of their sum's mean."""
    squares = ops.pad(ops.square(x), [(0, 0)] * 3 + [(size // 2, size // 2)])
    total = sum(squares[..., i : i + x.shape[-1]] for i in range(size))
    return x * (k + alpha / size * total) ** -beta
'''

LRN_WITHIN_CHANNEL = '''
def lrn_within_channel(x, size, alpha, beta):
    """Divide by the size of neighbours in a square of the same channel."""
    side = (size // 2, size // 2)
    squares = ops.pad(ops.square(x), [(0, 0), side, side, (0, 0)])
    return x * (1 + alpha * ops.average_pool(squares, size, 1)) ** -beta
'''

AFFINE = '''
@keras.saving.register_keras_serializable()
class Affine(layers.Layer):
    """x * gamma + beta, Caffe's Scale and Bias layers."""

    def __init__(self, shape, scale=True, shift=True, **kwargs):
        super().__init__(**kwargs)
        self.shape, self.scale, self.shift = shape, scale, shift

    def build(self, input_shape):
        if self.scale:
            self.gamma = self.add_weight(shape=self.shape, initializer="ones", name="gamma")
        if self.shift:
            self.beta = self.add_weight(shape=self.shape, initializer="zeros", name="beta")

    def call(self, x):
        x = x * self.gamma if self.scale else x
        return x + self.beta if self.shift else x

    def get_config(self):
        config = {"shape": self.shape, "scale": self.scale, "shift": self.shift}
        return {**super().get_config(), **config}
'''
