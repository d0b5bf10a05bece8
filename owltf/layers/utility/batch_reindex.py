"""BatchReindex: picks or repeats rows of the batch by their numbers."""

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
from owltf.layers.common.rows import rows
from owltf.runtime.graph_checks import check_one_replica, check_range


@keras.saving.register_keras_serializable("owltf")
class PickRows(keras.layers.Layer):
    """Picks rows of a tensor by their numbers.

    Args:
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.title = title
        self.supports_jit = False

    def call(self, inputs: Any) -> Any:
        """Return the rows of the first input whose numbers are in the second."""
        check_one_replica(self.title, "picking rows of the batch")
        values, numbers = inputs
        count, numbers = tf.shape(values)[0], tf.cast(numbers, tf.int32)
        return rows(values, check_range(numbers, count, self.title, "row", "rows"))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top."""
        values, numbers = input_shape
        return (*numbers, *values[1:])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "title": self.title}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        values, numbers = call.inputs
        return f'ops.take({values}, ops.cast({numbers}, "int32"), axis=0)'


class BatchReindex(LayerConverter):
    """A new batch of the first bottom's rows, by the row numbers in the second bottom."""

    caffe_type = "BatchReindex"
    bottoms = (2, 2)

    def build(self, layer: Layer, bottom: Blob, numbers: Blob) -> Blob:
        """Return a blob with a row for each number."""
        if numbers.rank != 1:
            raise layer.error(f"needs row numbers of one axis, got {numbers.shape}")
        picked = layer.keras(PickRows, title=layer.title)([bottom.tensor, numbers.tensor])
        return bottom.of(picked, batch=numbers.batch)

    def onnx(self, node: OnnxNode) -> None:
        """Write Gather."""
        numbers = node.add("Cast", node.bottoms[1], part="numbers", to=np.int64)
        node.add("Gather", node.x, numbers, axis=0)

    def whole_numbers(self, parameter: Any, shapes: Sequence[tuple[int, ...]]) -> dict[int, int]:
        """Return that the second bottom holds row numbers of the first one."""
        return {1: shapes[0][0]}
