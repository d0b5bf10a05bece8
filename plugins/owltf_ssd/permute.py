"""Permute: puts the axes of a blob into another order."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall


@keras.saving.register_keras_serializable("owltf_ssd")
class Transposed(keras.layers.Layer):
    """Puts all axes into another order, the batch's too.

    Args:
        order: the bottom's axis that each axis of the top is.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(self, order: list[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.order = list(order)

    def call(self, inputs: Any) -> Any:
        """Return the transposed tensor."""
        return tf.transpose(inputs, self.order)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "order": self.order}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return f"ops.transpose({call.x}, {call.literal(self.order)})"


class Permute(LayerConverter):
    """Puts the axes that `order` names first, and the others behind them as they are."""

    caffe_type = "Permute"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the blob with its axes in the new order.

        Raises:
            OwltfError: if `order` names an axis twice, or one that there is not.
        """
        given = list(layer.parameter.permute_param.order)
        if len(set(given)) < len(given) or any(axis >= bottom.rank for axis in given):
            raise layer.error(f"order must name axes of {bottom.shape} once each; got {given}")
        order = full_order(given, bottom.rank)
        if order[0] != 0 and bottom.batch is not None:
            plain = bottom.to_caffe()
            top = layer.keras(Transposed, order=order)(plain.tensor)
            return bottom.plain(top, bottom.shape[order[0]])
        places = [bottom.axis(axis) for axis in order]
        return bottom.plain(layer.keras(Transposed, order=places)(bottom.tensor), bottom.shape[0])

    def onnx(self, node: OnnxNode) -> None:
        """Write Transpose."""
        order = full_order(list(node.parameter.permute_param.order), len(node.shape))
        node.add("Transpose", node.x, perm=order)

    def fixes_batch(self, parameter: Any, rank: int) -> bool:
        """Return whether the batch is moved from the front."""
        return bool(full_order(list(parameter.permute_param.order), rank)[:1] != [0])


def full_order(given: list[int], rank: int) -> list[int]:
    """Return the order of all axes: the given ones, then the others."""
    return [*given, *(axis for axis in range(rank) if axis not in given)]
