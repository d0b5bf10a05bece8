"""Tile: repeats a blob along an axis."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.onnx_node import OnnxNode
from owltf.convert.source_call import SourceCall
from owltf.runtime.graph_checks import check_one_replica


@keras.saving.register_keras_serializable("owltf")
class Copies(keras.layers.Layer):
    """Repeats a tensor along an axis.

    Args:
        axis: the tensor's axis.
        count: how many copies the top has.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, axis: int, count: int, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis, self.count, self.title = axis, count, title

    def call(self, inputs: Any) -> Any:
        """Return the copies."""
        if self.axis == 0:
            check_one_replica(self.title, "copying the batch (axis: 0)")
        counts = [self.count if axis == self.axis else 1 for axis in range(len(inputs.shape))]
        return tf.tile(inputs, counts)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"axis": self.axis, "count": self.count, "title": self.title}
        return {**super().get_config(), **own}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        counts = [self.count if axis == self.axis else 1 for axis in range(len(call.shapes[0]))]
        return f"ops.tile({call.x}, {call.literal(counts)})"


class Tile(LayerConverter):
    """Repeats a blob `tiles` times along an axis."""

    caffe_type = "Tile"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the copies."""
        param = layer.parameter.tile_param
        axis = layer.axis(bottom, param.axis)
        if param.tiles < 1:
            raise layer.error(f"tiles must be at least 1, got {param.tiles}")
        copies = layer.keras(Copies, axis=bottom.axis(axis), count=param.tiles, title=layer.title)
        return bottom.map(copies, batch=bottom.shape[0] * param.tiles if axis == 0 else None)

    def onnx(self, node: OnnxNode) -> None:
        """Write Tile."""
        param = node.parameter.tile_param
        counts = [
            param.tiles if axis == node.axis(param.axis) else 1 for axis in range(len(node.shape))
        ]
        node.add("Tile", node.x, node.constant("counts", counts, np.int64))
