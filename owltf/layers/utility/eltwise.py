"""Eltwise: the sum, product or maximum of bottoms, value by value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob, in_one_layout
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall


@keras.saving.register_keras_serializable("owltf")
class WeightedSum(keras.layers.Layer):
    """Adds up tensors, each times a number.

    Args:
        coefficients: a number for each tensor.
    """

    any_size = True

    def __init__(self, coefficients: Sequence[float], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.coefficients = list(coefficients)

    def call(self, inputs: Any) -> Any:
        """Return the sum."""
        terms = zip(self.coefficients, inputs, strict=True)
        return tf.add_n([each if factor == 1 else factor * each for factor, each in terms])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "coefficients": self.coefficients}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        terms = zip(self.coefficients, call.inputs, strict=True)
        return " + ".join(
            name if factor == 1 else f"{call.literal(factor)} * {name}" for factor, name in terms
        )


class Eltwise(LayerConverter):
    """The sum, product or maximum of bottoms of one shape; a sum can have a `coeff` for each.

    The gradient of a product is the stable one of Caffe's two.
    """

    caffe_type = "Eltwise"
    bottoms = (2, None)

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return a blob of the bottoms' shape."""
        self._check(layer, bottoms)
        if not bottoms[0].rank:
            # Keras's own layers want a batch.
            rows = [bottom.reshape((1,)) for bottom in bottoms]
            return rows[0].of(self._combined(layer, [row.tensor for row in rows])).reshape(())
        tensors = [bottom.tensor for bottom in in_one_layout(bottoms)]
        return bottoms[0].of(self._combined(layer, tensors))

    def onnx(self, node: OnnxNode) -> None:
        """Write Max; or a chain of Mul or Add, each of two blobs."""
        param = node.parameter.eltwise_param
        if param.operation == param.MAX:
            node.add("Max", *node.bottoms)
        elif param.operation == param.PROD:
            _pairwise(node, "Mul", node.bottoms)
        else:
            _pairwise(node, "Add", _weighed(node, list(param.coeff)))

    def _check(self, layer: Layer, bottoms: Sequence[Blob]) -> None:
        param, first = layer.parameter.eltwise_param, bottoms[0].shape
        other = next((each.shape for each in bottoms if each.shape != first), None)
        if other is not None:
            raise layer.error(f"bottoms must have one shape; got {first} and {other}")
        if param.coeff and param.operation == type(param).PROD:
            raise layer.error("coeff goes with operation: SUM, not with PROD")
        if param.coeff and len(param.coeff) != len(bottoms):
            raise layer.error(
                f"needs a coeff for each of {len(bottoms)} bottoms; got {len(param.coeff)}"
            )

    def _combined(self, layer: Layer, tensors: Sequence[Any]) -> Any:
        param = layer.parameter.eltwise_param
        if param.operation == type(param).MAX:
            # If values are equal, Keras gives the gradient to the earliest input, Caffe to the
            # second bottom rather than to the first, and to these rather than to later ones.
            first, second, *others = tensors
            return layer.keras(keras.layers.Maximum)([second, first, *others])
        if param.operation == type(param).PROD:
            return layer.keras(keras.layers.Multiply)(tensors)
        if param.coeff:
            return layer.keras(WeightedSum, coefficients=list(param.coeff))(tensors)
        return layer.keras(keras.layers.Add)(tensors)


def _weighed(node: OnnxNode, coefficients: Sequence[float]) -> list[str]:
    """Return the bottoms times their coefficients."""
    return [
        bottom
        if factor == 1
        else node.add("Mul", bottom, node.constant(f"coeff{place}", factor), part=f"term{place}")
        for place, (factor, bottom) in enumerate(
            zip(coefficients or [1.0] * len(node.bottoms), node.bottoms, strict=True)
        )
    ]


def _pairwise(node: OnnxNode, kind: str, terms: Sequence[str]) -> None:
    """Combine the first two, then the result with the third, and so on."""
    *first, last = terms
    places = iter(range(len(first)))
    left = reduce(lambda a, b: node.add(kind, a, b, part=f"with{next(places)}"), first)
    node.add(kind, left, last)
