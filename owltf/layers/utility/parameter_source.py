"""The source of the class that stands for Parameter in an exported program."""

from __future__ import annotations

PARAMETER = '''
@keras.saving.register_keras_serializable()
class Parameter(layers.Layer):
    """A weight, whatever the input is."""

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = shape

    def build(self, input_shape):
        self.value = self.add_weight(shape=self.shape, initializer="zeros", name="value")

    def call(self, x):
        return ops.convert_to_tensor(self.value)

    def compute_output_shape(self, input_shape):
        return self.shape

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}
'''
