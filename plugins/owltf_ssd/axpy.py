"""Axpy: a factor for each channel times a blob, plus a blob."""

from __future__ import annotations

from typing import Any

import keras

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall


@keras.saving.register_keras_serializable("owltf_ssd")
class ScaledSum(keras.layers.Layer):
    """a * x + y, where a has one value for each channel of x."""

    def call(self, inputs: Any) -> Any:
        """Return the sum."""
        a, x, y = inputs
        return a * x + y

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        a, x, y = call.inputs
        return f"{a} * {x} + {y}"


class Axpy(LayerConverter):
    """a * x + y of bottoms a (N, C, 1, 1), x and y (N, C, H, W), as SENet has it."""

    caffe_type = "Axpy"
    bottoms = (3, 3)

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return a blob of the shape of x.

        Raises:
            OwltfError: if the shapes do not fit.
        """
        a, x, y = bottoms
        ones = (1,) * (x.rank - 2)
        if a.shape not in (x.shape[:2], (*x.shape[:2], *ones)) or x.shape != y.shape:
            shapes = ", ".join(str(each.shape) for each in bottoms)
            raise layer.error(f"needs bottoms (N, C, 1, 1) and twice (N, C, H, W); got {shapes}")
        factor = a.reshape((*x.shape[:2], *ones))
        tensors = [each.in_layout_of(x).tensor for each in (factor, x, y)]
        return x.of(layer.keras(ScaledSum)(tensors))

    def onnx(self, node: OnnxNode) -> None:
        """Write Mul and Add."""
        a, x, y = node.bottoms
        rank = len(node.shape_of(x))
        if len(node.shape) != rank:
            a = node.reshape(a, (0, 0, *(1,) * (rank - 2)), part="factor")
        node.add("Add", node.add("Mul", a, x, part="scaled"), y)
