"""Adds a leading axis of size 1, so that a layer with `axis: 0` treats axis 0 like any other."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.layer import Layer
from owltf.convert.source_call import SourceCall
from owltf.runtime.graph_checks import check_one_replica
from owltf.runtime.standard_ops import with_shape


@keras.saving.register_keras_serializable("owltf")
class LeadingAxis(keras.layers.Layer):
    """Adds an axis of size 1 in front; refuses a batch that is split over replicas.

    Args:
        rows: the size of the bottom's first axis, fixed as it is no longer the batch.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of every Keras layer.
    """

    def __init__(self, rows: int, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows, self.title = rows, title

    def call(self, inputs: Any) -> Any:
        """Return the tensor with its new axis."""
        check_one_replica(self.title, "axis: 0")
        return with_shape(inputs, (self.rows, *inputs.shape[1:]))[tf.newaxis]

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top."""
        return (1, self.rows, *input_shape[1:])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "rows": self.rows, "title": self.title}

    def source(self, call: SourceCall) -> str:
        """Return the call in plain Keras."""
        return f"ops.reshape({call.x}, {call.literal((1, self.rows, *call.shapes[0][1:]))})"


def with_leading_axis(layer: Layer, bottom: Blob, axis: int) -> tuple[Blob, int]:
    """Return a bottom and an axis that is not 0: axis 0 of (N, C) becomes axis 1 of (1, N, C).

    Args:
        layer: the layer.
        bottom: the bottom.
        axis: the axis counted from the front.
    """
    if axis > 0:
        return bottom, axis
    plain = bottom.to_caffe()
    one = layer.keras(LeadingAxis, part="with_leading_axis", rows=plain.batch, title=layer.title)
    return plain.plain(one(plain.tensor), 1), 1


def without_leading_axis(top: Blob, axis: int) -> Blob:
    """Return a top without the axis that `with_leading_axis` added.

    Args:
        top: the top.
        axis: the axis that was given to `with_leading_axis`.
    """
    return top if axis > 0 else top.reshape(top.shape[1:], "without_leading_axis")
