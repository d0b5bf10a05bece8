"""Sums a top that has a `loss_weight`, for the number that training minimises."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.net.stop_gradient import StopGradient
from owltf.runtime.global_sum import global_sum


@keras.saving.register_keras_serializable("owltf")
class ObjectiveTerm(keras.layers.Layer):
    """The sum of a tensor's values over all replicas, each of which has some of its rows."""

    any_size = True

    def call(self, inputs: Any) -> Any:
        """Return the sum."""
        return global_sum(tf.reduce_sum(inputs))[0]


def objective_term(blob: Blob, *, has_gradient: bool = True) -> Any:
    """Return the tensor of a top's sum; that of a top without a batch is the top itself.

    Args:
        blob: the top.
        has_gradient: whether the sum sends a gradient back to the top.
    """
    if not has_gradient:
        blob = blob.map(StopGradient(name=blob.names.helper(blob.name, "counted")))
    # Every replica has all of a blob of fixed size, such as a loss or a Parameter.
    if not blob.rank or blob.tensor.shape[0] is not None:
        return blob.tensor
    return ObjectiveTerm(name=blob.names.helper(blob.name, "total"))(blob.tensor)
