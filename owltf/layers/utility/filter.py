"""Filter: keeps the rows of the batch that a selector chooses."""

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
from owltf.layers.common.rows import rows


@keras.saving.register_keras_serializable("owltf")
class SelectRows(keras.layers.Layer):
    """Removes the rows whose selector is 0; the others keep their order."""

    any_size = True

    def call(self, inputs: Any) -> Any:
        """Return the chosen rows of each input but the last, which is the selector."""
        *tensors, selector = inputs
        places = tf.cast(tf.where(tf.reshape(selector, (-1,)) != 0)[:, 0], tf.int32)
        return [rows(each, places) for each in tensors]

    def compute_output_shape(self, input_shape: Any) -> list[tuple[int | None, ...]]:
        """Return the shapes of the tops."""
        return [(None, *shape[1:]) for shape in input_shape[:-1]]

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        *values, selector = call.inputs
        rows = call.step(f"ops.nonzero(ops.reshape({selector}, (-1,)))[0]")
        return ", ".join(f"ops.take({each}, {rows}, axis=0)" for each in values)


class Filter(LayerConverter):
    """Keeps the rows of all bottoms for which the last bottom is not 0."""

    caffe_type = "Filter"
    bottoms = (2, None)
    tops = (1, None)

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return a top for each bottom but the selector."""
        *values, selector = bottoms
        if len(values) != len(layer.tops):
            raise layer.error(f"makes a top of each bottom but the last, got {len(layer.tops)}")
        if prod(selector.shape[1:]) != 1 or any(not each.rank for each in bottoms):
            raise layer.error(f"needs one selector a row, got {selector.shape}")
        if any(each.batch != selector.batch for each in values):
            shapes = ", ".join(str(each.shape) for each in bottoms)
            raise layer.error(f"bottoms must have the rows of the selector; got {shapes}")
        left = layer.keras(SelectRows)([each.tensor for each in bottoms])
        return [each.of(tensor) for each, tensor in zip(values, left, strict=True)]

    def onnx(self, node: OnnxNode) -> None:
        """Write Compress."""
        *bottoms, selector = node.bottoms
        flat = node.reshape(selector, (-1,), part="selector")
        chosen = node.add("Cast", flat, part="chosen", to=np.bool_)
        for bottom, top in zip(bottoms, node.tops, strict=True):
            node.add("Compress", bottom, chosen, top=top, axis=0)

    def whole_numbers(self, parameter: Any, shapes: Sequence[tuple[int, ...]]) -> dict[int, int]:
        """Return that the selector is 0 or 1."""
        return {len(shapes) - 1: 2}
