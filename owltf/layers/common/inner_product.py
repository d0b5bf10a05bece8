"""InnerProduct: a fully connected layer over the bottom flattened in Caffe's C, H, W order."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.params import ParamBlob
from owltf.runtime.standard_ops import may_use_gpu_ops, must_use_standard_ops

# Kernels of so many values and more have their input's gradient the other way round on a CPU.
LARGE = 1 << 21


@tf.custom_gradient
def product(x: Any, kernel: Any) -> Any:
    """Return x · kernel, with the input's gradient computed the other way round.

    On a CPU, for a large kernel and a small batch, `dy · kernelᵀ` takes 3 times as long as the
    transpose of `kernel · dyᵀ`, which is the same; for a small kernel it is the quicker one.
    """

    def gradient(upstream: Any) -> tuple[Any, Any]:
        dx = tf.transpose(tf.matmul(kernel, upstream, transpose_b=True))
        return dx, tf.matmul(x, upstream, transpose_a=True)

    return tf.matmul(x, kernel), gradient


@keras.saving.register_keras_serializable("owltf")
class Dense(keras.layers.Dense):
    """Keras's Dense over a matrix, with a quicker gradient."""

    def call(self, inputs: Any, training: Any = None) -> Any:
        """Return inputs · kernel + bias."""
        kernel = tf.convert_to_tensor(self.kernel)
        is_large = kernel.shape.num_elements() >= LARGE
        turned = is_large and not must_use_standard_ops() and not may_use_gpu_ops()
        x = product(inputs, kernel) if turned else tf.matmul(inputs, kernel)
        return tf.nn.bias_add(x, self.bias) if self.use_bias else x


class InnerProduct(LayerConverter):
    """A Dense layer; the axes from `axis` on are joined first."""

    caffe_type = "InnerProduct"
    params = (ParamBlob("kernel", caffe="oi", keras="io"), ParamBlob("bias"))

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the blobs; with `transpose` Caffe keeps the matrix as Keras does."""
        if layer.parameter.inner_product_param.transpose:
            return ParamBlob("kernel"), ParamBlob("bias")
        return self.params

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the products, of shape (axes before `axis`, num_output)."""
        param = layer.parameter.inner_product_param
        axis = layer.axis(bottom, param.axis)
        dense = layer.keras(
            Dense,
            fillers=(param.weight_filler, param.bias_filler),
            units=param.num_output,
            use_bias=param.bias_term,
        )
        before = bottom.shape[:axis]
        if axis == 1:
            return bottom.flatten().map(dense)
        rows = bottom.flatten(axis).as_rows()
        return rows.map(dense).reshape((*before, param.num_output))
