"""Embed: replaces each whole number by a learnable row of a matrix."""

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
from owltf.convert.params import ParamBlob
from owltf.convert.source_call import SourceCall
from owltf.layers.common.embed_source import EMBED
from owltf.layers.common.rows import rows
from owltf.runtime.graph_checks import check_range


@keras.saving.register_keras_serializable("owltf")
class Embedding(keras.layers.Layer):
    """Replaces each number of (...) by a row of a matrix, giving (..., units).

    Args:
        input_dim: how many rows there are.
        units: the length of a row.
        use_bias: whether a learnable row is added to every row.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of every Keras layer.
    """

    def __init__(
        self, input_dim: int, units: int, use_bias: bool, title: str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.input_dim, self.units, self.use_bias = input_dim, units, use_bias
        self.title = title
        self.supports_jit = False

    def build(self, input_shape: Any) -> None:
        """Add the matrix and the bias."""
        self.kernel = self.add_weight(name="kernel", shape=(self.input_dim, self.units))
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """Return the rows."""
        numbers = check_range(tf.cast(inputs, tf.int32), self.input_dim, self.title, "row", "rows")
        picked = rows(tf.convert_to_tensor(self.kernel), numbers)
        return picked + self.bias if self.use_bias else picked

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top."""
        return (*input_shape, self.units)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"input_dim": self.input_dim, "units": self.units, "use_bias": self.use_bias}
        return {**super().get_config(), **own, "title": self.title}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(EMBED)
        use_bias = call.unless(self.use_bias, True)
        return call.layer_call("Embed", self.input_dim, self.units, use_bias=use_bias)


class Embed(LayerConverter):
    """Replaces each whole number by one of `input_dim` learnable rows of `num_output` values."""

    caffe_type = "Embed"
    params = (ParamBlob("kernel"), ParamBlob("bias"))

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return a blob with one axis more than the bottom, along which the rows lie."""
        param = layer.parameter.embed_param
        if param.num_output < 1 or param.input_dim < 1:
            raise layer.error(
                f"num_output and input_dim must be at least 1, got {param.num_output} and "
                f"{param.input_dim}"
            )
        embedding = layer.keras(
            Embedding,
            fillers=(param.weight_filler, param.bias_filler),
            input_dim=param.input_dim,
            units=param.num_output,
            use_bias=param.bias_term,
            title=layer.title,
        )
        return bottom.to_caffe().map(embedding)

    def onnx(self, node: OnnxNode) -> None:
        """Write Gather, and Add if there is a bias term."""
        numbers = node.add("Cast", node.x, part="numbers", to=np.int64)
        table, *biases = node.weights()
        if not biases:
            node.add("Gather", table, numbers)
            return
        node.add("Add", node.add("Gather", table, numbers, part="rows"), *biases)

    def whole_numbers(self, parameter: Any, shapes: Sequence[tuple[int, ...]]) -> dict[int, int]:
        """Return that the bottom holds row numbers."""
        return {0: parameter.embed_param.input_dim}
