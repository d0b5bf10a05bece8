"""Reduction: sums or means over the last axes."""

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
from owltf.convert.source_call import SourceCall
from owltf.runtime.global_sum import global_sum
from owltf.runtime.open_sizes import sizes_of

TERMS = {"SUM": tf.identity, "MEAN": tf.identity, "ASUM": tf.abs, "SUMSQ": tf.square}
SOURCES = {
    "ASUM": "ops.sum(ops.absolute({x}), {axes})",
    "MEAN": "ops.mean({x}, {axes})",
    "SUM": "ops.sum({x}, {axes})",
    "SUMSQ": "ops.sum(ops.square({x}), {axes})",
}
ONNX_REDUCTIONS = {"ASUM": "ReduceL1", "MEAN": "ReduceMean", "SUMSQ": "ReduceSumSquare"}


@keras.saving.register_keras_serializable("owltf")
class Reduce(keras.layers.Layer):
    """Adds up a function of x along some axes, over all replicas if the batch is one of them.

    Args:
        axes: the tensor's axes.
        operation: SUM, ASUM (of |x|), SUMSQ (of x²) or MEAN.
        coefficient: factor on the sum.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(
        self, axes: Sequence[int], operation: str, coefficient: float, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.axes, self.operation, self.coefficient = list(axes), operation, coefficient

    def call(self, inputs: Any) -> Any:
        """Return the sums."""
        total = tf.reduce_sum(TERMS[self.operation](inputs), self.axes)
        if self.operation == "MEAN":
            total = self._mean(total, inputs)
        elif 0 in self.axes:
            total = global_sum(total)[0]
        return total if self.coefficient == 1 else total * self.coefficient

    def _mean(self, total: Any, inputs: Any) -> Any:
        if 0 not in self.axes:
            sizes = sizes_of(inputs)
            count = prod(sizes[axis] for axis in self.axes)
            return total / tf.cast(count, total.dtype)
        total, count = global_sum(total, tf.cast(tf.size(inputs), total.dtype))
        return total / count

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"operation": self.operation, "coefficient": self.coefficient}
        return {**super().get_config(), "axes": self.axes, **own}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        axes = call.literal(tuple(self.axes))
        total = SOURCES[self.operation].format(x=call.x, axes=axes)
        factor = float(self.coefficient)
        return total if factor == 1 else f"{call.literal(factor)} * {total}"


class Reduction(LayerConverter):
    """The sum of x, |x| or x², or the mean, over all axes from `axis` on."""

    caffe_type = "Reduction"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return a blob with the axes before `axis`, or a single number for axis 0."""
        param = layer.parameter.reduction_param
        axis = layer.axis(bottom, param.axis)
        reduce = layer.keras(
            Reduce,
            axes=[bottom.axis(each) for each in range(axis, bottom.rank)],
            operation=type(param).ReductionOp.Name(param.operation),
            coefficient=param.coeff,
        )
        tensor = reduce(bottom.tensor)
        if axis == 0:
            return bottom.scalar(tensor)
        # The channels stay where they are if more axes than (N, C) are left.
        return bottom.of(tensor) if axis > 2 else bottom.plain(tensor, bottom.shape[0])

    def onnx(self, node: OnnxNode) -> None:
        """Write one of ONNX's reductions, and Mul if there is a coefficient."""
        param = node.parameter.reduction_param
        axes = list(range(node.axis(param.axis), len(node.shape)))
        part = "" if param.coeff == 1 else "total"
        kind = ONNX_REDUCTIONS.get(type(param).ReductionOp.Name(param.operation))
        if kind:
            total = node.add(kind, node.x, part=part, axes=axes, keepdims=0)
        else:
            along = node.constant("axes", axes, np.int64)
            total = node.add("ReduceSum", node.x, along, part=part, keepdims=0)
        if part:
            node.add("Mul", total, node.constant("coeff", param.coeff))
