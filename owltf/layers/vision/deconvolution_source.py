"""The source of the class that stands for a grouped Deconvolution in an exported program."""

from __future__ import annotations

DECONVOLUTION = '''
@keras.saving.register_keras_serializable()
class Deconvolution(layers.Layer):
    """Caffe's Deconvolution, its channels in groups with filters of their own."""

    def __init__(self, filters, size, strides, groups, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.size, self.strides = filters, size, strides
        self.groups, self.use_bias = groups, use_bias

    def build(self, input_shape):
        shape = (*self.size, self.filters // self.groups, input_shape[-1])
        self.kernel = self.add_weight(shape=shape, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, x):
        pairs = zip(ops.split(x, self.groups, -1), ops.split(self.kernel, self.groups, -1))
        x = ops.concatenate([ops.conv_transpose(*pair, self.strides) for pair in pairs], -1)
        return x + self.bias if self.use_bias else x

    def get_config(self):
        names = ("filters", "size", "strides", "groups", "use_bias")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
'''
