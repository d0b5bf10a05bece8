"""The source of the class that stands for Scale and Bias in an exported program."""

from __future__ import annotations

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
