"""InnerProduct with `normalize`: each output's weights have length 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, InnerProduct, Layer, OnnxNode, SourceCall

EPS = 1e-12


@keras.saving.register_keras_serializable("owltf_faces")
class UnitDense(keras.layers.Dense):
    """A dense layer whose weights for each unit have length 1.

    In training the weights are divided by their lengths before they are used, so that updates start
    from there: their gradient is that of the divided ones.
    """

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return inputs · kernel / |kernel| + bias."""
        kernel = tf.convert_to_tensor(self.kernel)
        unit = kernel * tf.math.rsqrt(tf.reduce_sum(tf.square(kernel), 0, keepdims=True) + EPS)
        if training:
            self.kernel.assign(unit)
        # The gradient passes the division by.
        product = tf.matmul(inputs, kernel + tf.stop_gradient(unit - kernel))
        return tf.nn.bias_add(product, self.bias) if self.use_bias else product

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return call.layer_call(
            "layers.Dense", self.units, use_bias=call.unless(self.use_bias, True)
        )

    def source_weights(self) -> dict[str, Any]:
        """Return the weights, divided by their lengths."""
        kernel = self.kernel.numpy()
        unit = kernel / np.sqrt(np.square(kernel).sum(0, keepdims=True) + EPS)
        return {"kernel": unit, **({"bias": self.bias.numpy()} if self.use_bias else {})}


class NormalizedInnerProduct(InnerProduct):
    """InnerProduct with `normalize: true`: the weights of each output have length 1."""

    def fits(self, parameter: Any) -> bool:
        """Return whether the field is true."""
        return bool(parameter.inner_product_param.normalize)

    def check(self, layer: Layer) -> None:
        """Refuse a transposed matrix, and products along other axes than the last."""
        param = layer.parameter.inner_product_param
        if param.transpose:
            raise layer.unsupported("normalize with transpose: true")
        if param.axis != 1:
            raise layer.unsupported(f"normalize with axis: {param.axis}")

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the products, (N, num_output)."""
        param = layer.parameter.inner_product_param
        dense = layer.keras(
            UnitDense,
            fillers=(param.weight_filler, param.bias_filler),
            units=param.num_output,
            use_bias=param.bias_term,
        )
        return bottom.flatten().map(dense)

    def onnx(self, node: OnnxNode) -> None:
        """Write Gemm with the divided weights."""
        matrix, *bias = node.blobs
        length = np.sqrt(np.square(matrix).sum(1, keepdims=True) + EPS)
        rows = node.add("Flatten", node.x, part="flat", axis=1)
        weights = [node.constant("unit", matrix / length)]
        weights += [node.constant("bias", each) for each in bias]
        node.add("Gemm", rows, *weights, transB=1)

    def absorb(
        self, parameter: Any, blobs: Sequence[np.ndarray], factor: np.ndarray, term: np.ndarray
    ) -> None:
        """Return None: the lengths of the weights are fixed."""
        return
