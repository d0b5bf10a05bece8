"""InnerProduct: a fully connected layer over the bottom flattened in Caffe's C, H, W order."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall
from owltf.runtime.precision import narrowed
from owltf.runtime.standard_ops import may_use_gpu_ops, must_use_standard_ops

# From this many weights on, (kernel · dyᵀ)ᵀ is faster than dy · kernelᵀ on a CPU.
LARGE = 1 << 21


@tf.custom_gradient
def product(x: Any, kernel: Any) -> Any:
    """Return x · kernel, with a gradient of x that is faster for a large kernel on a CPU.

    For a large kernel and a small batch, `dy · kernelᵀ` takes 3 times as long there as the
    transpose of `kernel · dyᵀ`, which is the same; for a small kernel it is the faster one.
    """

    def gradient(upstream: Any) -> tuple[Any, Any]:
        dx = tf.transpose(tf.matmul(kernel, upstream, transpose_b=True))
        return dx, tf.matmul(x, upstream, transpose_a=True)

    return tf.matmul(x, kernel), gradient


@keras.saving.register_keras_serializable("owltf")
class Dense(keras.layers.Dense):
    """Keras's Dense layer, with a faster gradient for large kernels on a CPU."""

    def call(self, inputs: Any, training: Any = None) -> Any:
        """Return inputs · kernel + bias."""
        kernel = tf.convert_to_tensor(self.kernel)
        is_large = kernel.shape.num_elements() >= LARGE
        is_faster = is_large and not must_use_standard_ops() and not may_use_gpu_ops()
        x = narrowed(product if is_faster else tf.matmul, inputs, kernel)
        return tf.nn.bias_add(x, self.bias) if self.use_bias else x

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        use_bias = call.unless(self.use_bias, True)
        return call.layer_call("layers.Dense", self.units, use_bias=use_bias)


class InnerProduct(LayerConverter):
    """A fully connected layer over all values of a sample, or over the axes from `axis` on."""

    caffe_type = "InnerProduct"
    params = (ParamBlob("kernel", caffe="oi", keras="io"), ParamBlob("bias"))

    def param_blobs(self, layer: Layer) -> tuple[ParamBlob, ...]:
        """Return the parameter blobs; with `transpose` Caffe stores the matrix as Keras does."""
        if layer.parameter.inner_product_param.transpose:
            return ParamBlob("kernel"), ParamBlob("bias")
        return self.params

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the products, of shape (axes before `axis`, num_output)."""
        param = layer.parameter.inner_product_param
        axis = layer.axis(bottom, param.axis)
        if param.num_output < 1:
            raise layer.error(f"num_output must be at least 1, got {param.num_output}")
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

    def onnx(self, node: OnnxNode) -> None:
        """Write Gemm over the axes from `axis` on, joined."""
        param = node.parameter.inner_product_param
        axis, transposes = node.axis(param.axis), int(not param.transpose)
        rows = _rows(node, axis)
        if axis == 1:
            node.add("Gemm", rows, *node.weights(), transB=transposes)
            return
        products = node.add("Gemm", rows, *node.weights(), part="products", transB=transposes)
        node.reshape(products, (-1, *node.top_shape[1:]))

    def absorb(
        self, parameter: Any, blobs: Sequence[np.ndarray], factor: np.ndarray, term: np.ndarray
    ) -> list[np.ndarray] | None:
        """Return factor * matrix and factor * bias + term."""
        param = parameter.inner_product_param
        if param.axis != 1 or factor.shape != (param.num_output,):
            return None
        param.bias_term = True
        matrix = blobs[0] * (factor if param.transpose else factor[:, np.newaxis])
        return [matrix, blobs[1] * factor + term if blobs[1:] else term]


def _rows(node: OnnxNode, axis: int) -> str:
    """Return the first bottom as a matrix, the axes from `axis` on joined."""
    if len(node.shape) == 2 and axis == 1:
        return node.x
    if axis == 1:
        return node.add("Flatten", node.x, part="flat", axis=1)
    return node.reshape(node.x, (-1, prod(node.shape[axis:])), part="rows")
