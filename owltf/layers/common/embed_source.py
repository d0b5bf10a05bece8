"""The source of the class that stands for Embed in an exported program."""

from __future__ import annotations

EMBED = '''
@keras.saving.register_keras_serializable()
class Embed(layers.Layer):
    """Rows of a matrix by their numbers, and a term."""

    def __init__(self, rows, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.rows, self.units, self.use_bias = rows, units, use_bias

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(self.rows, self.units), name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x):
        x = ops.take(self.kernel, ops.cast(x, "int32"), axis=0)
        return x + self.bias if self.use_bias else x

    def get_config(self):
        config = {"rows": self.rows, "units": self.units, "use_bias": self.use_bias}
        return {**super().get_config(), **config}
'''
