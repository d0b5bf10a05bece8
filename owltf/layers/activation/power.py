"""Power: a linear function of x raised to a power, (shift + scale * x) ^ power."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall


@keras.saving.register_keras_serializable("owltf")
class ShiftedPower(keras.layers.Layer):
    """Computes (shift + scale * x) ^ power.

    Args:
        power: the exponent.
        scale: factor on x.
        shift: the number added to the product.
    """

    any_size = True

    def __init__(
        self, power: float = 1.0, scale: float = 1.0, shift: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.power = power
        self.scale = scale
        self.shift = shift

    def call(self, inputs: Any) -> Any:
        """Return the power."""
        if self.power * self.scale == 0:
            return self._constant(inputs)
        base = inputs if self.scale == 1 else inputs * self.scale
        base = base + self.shift if self.shift else base
        if self.power == 2:
            return tf.square(base)
        return base if self.power == 1 else base**self.power

    def _constant(self, inputs: Any) -> Any:
        # The top does not depend on x then. Caffe does not even read an x that is infinite or NaN,
        # and gives it the gradient 0.
        value = tf.pow(tf.constant(self.shift, inputs.dtype), self.power)
        return tf.where(False, inputs, value)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the top, which is the bottom's."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        config = {"power": self.power, "scale": self.scale, "shift": self.shift}
        return {**super().get_config(), **config}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        scaled = call.x if self.scale == 1 else f"{call.literal(self.scale)} * {call.x}"
        base = f"{scaled} + {call.literal(self.shift)}" if self.shift else scaled
        return base if self.power == 1 else f"ops.power({base}, {call.literal(self.power)})"


class Power(LayerConverter):
    """A linear function of x raised to a power: (shift + scale * x) ^ power."""

    caffe_type = "Power"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return (shift + scale * x) ^ power."""
        param = layer.parameter.power_param
        power = layer.keras(ShiftedPower, power=param.power, scale=param.scale, shift=param.shift)
        return bottom.map(power)

    def onnx(self, node: OnnxNode) -> None:
        """Write Mul, Add and Pow, without those that change nothing."""
        param = node.parameter.power_param
        terms = [("Mul", "scale", param.scale, 1), ("Add", "shift", param.shift, 0)]
        _chain(node, [*terms, ("Pow", "power", param.power, 1)])

    def affine(
        self, parameter: Any, blobs: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return scale and shift, if the power is 1."""
        param = parameter.power_param
        if param.power != 1 or param.scale == 0:
            return None
        return np.array([param.scale]), np.array([param.shift])


def _chain(node: OnnxNode, terms: Sequence[tuple[str, str, float, float]]) -> None:
    """Add operations one after the other, without those whose number changes nothing."""
    used = [(kind, part, value) for kind, part, value, idle in terms if value != idle]
    now = node.x
    for kind, part, value in used[:-1]:
        now = node.add(kind, now, node.constant(part, value), part=f"with_{part}")
    for kind, part, value in used[-1:]:
        node.add(kind, now, node.constant(part, value))
    if not used:
        node.add("Identity", now)
