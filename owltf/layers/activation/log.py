"""Log: the logarithm of shift + scale * x."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall
from owltf.layers.activation.exp import log_base


@keras.saving.register_keras_serializable("owltf")
class ScaledLog(keras.layers.Layer):
    """Computes factor * log(shift + scale * x).

    Args:
        scale: factor on x.
        shift: the number added to the product.
        factor: factor on the logarithm.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(
        self, scale: float = 1.0, shift: float = 0.0, factor: float = 1.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.scale, self.shift, self.factor = scale, shift, factor

    def call(self, inputs: Any) -> Any:
        """Return the logarithm."""
        scaled = inputs if self.scale == 1 else inputs * self.scale
        top = tf.math.log(scaled + self.shift if self.shift else scaled)
        return top if self.factor == 1 else top * self.factor

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        config = {"scale": self.scale, "shift": self.shift, "factor": self.factor}
        return {**super().get_config(), **config}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        scale, shift, factor = map(call.literal, (self.scale, self.shift, self.factor))
        return f"{factor} * ops.log({scale} * {call.x} + {shift})"


class Log(LayerConverter):
    """The logarithm of shift + scale * x to `base`, which is e unless given."""

    caffe_type = "Log"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return log(shift + scale * x) / log(base)."""
        param = layer.parameter.log_param
        slope = log_base(layer, param.base)
        if slope == 0:
            raise layer.error("base must not be 1, whose logarithm is 0")
        logarithm = layer.keras(ScaledLog, scale=param.scale, shift=param.shift, factor=1 / slope)
        return bottom.map(logarithm)

    def onnx(self, node: OnnxNode) -> None:
        """Write factor * Log(scale * x + shift)."""
        scale, shift, factor = (node.config[name] for name in ("scale", "shift", "factor"))
        scaled = node.add("Mul", node.x, node.constant("scale", scale), part="scaled")
        shifted = node.add("Add", scaled, node.constant("shift", shift), part="shifted")
        logarithm = node.add("Log", shifted, part="log")
        node.add("Mul", logarithm, node.constant("factor", factor))
