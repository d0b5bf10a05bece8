"""Exp: a power of a base, base ^ (shift + scale * x)."""

from __future__ import annotations

from math import exp, log
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall


@keras.saving.register_keras_serializable("owltf")
class ScaledExp(keras.layers.Layer):
    """Computes factor * exp(scale * x).

    Args:
        scale: factor on x.
        factor: factor on the exponential.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, scale: float = 1.0, factor: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale, self.factor = scale, factor

    def call(self, inputs: Any) -> Any:
        """Return the exponential."""
        top = tf.exp(inputs if self.scale == 1 else inputs * self.scale)
        return top if self.factor == 1 else top * self.factor

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "scale": self.scale, "factor": self.factor}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        scale, factor = call.literal(self.scale), call.literal(self.factor)
        return f"{factor} * ops.exp({scale} * {call.x})"


class Exp(LayerConverter):
    """`base` to the power of shift + scale * x; the base is e unless given."""

    caffe_type = "Exp"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return base ^ (shift + scale * x)."""
        param = layer.parameter.exp_param
        slope = log_base(layer, param.base)
        exponential = layer.keras(
            ScaledExp, scale=slope * param.scale, factor=exp(slope * param.shift)
        )
        return bottom.map(exponential)

    def onnx(self, node: OnnxNode) -> None:
        """Write factor * Exp(scale * x)."""
        scale, factor = node.config["scale"], node.config["factor"]
        scaled = node.add("Mul", node.x, node.constant("scale", scale), part="scaled")
        power = node.add("Exp", scaled, part="exp")
        node.add("Mul", power, node.constant("factor", factor))


def log_base(layer: Layer, base: float) -> float:
    """Return the natural logarithm of a `base`, where -1 stands for e.

    Raises:
        OwltfError: if the base is not positive.
    """
    if base == -1:
        return 1.0
    if base <= 0:
        raise layer.error(f"base must be positive, or -1 for e; got {base:g}")
    return log(base)
