"""TransposedVariable: a variable shared by two layers that store it with their axes differently."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf


class TransposedVariable(keras.Variable):
    """Another variable with its axes in another order; both are one memory.

    To Keras it is a variable of its layer like any other, so that it is counted, and saved in a
    `.keras` file, in this layer's order. Its gradient is the other variable's.

    Args:
        variable: the variable that holds the values.
        axes: which of its axes each of this one's axes is.
        **kwargs: `name`, `trainable` and so on, as for every Keras variable.
    """

    def __init__(self, variable: Any, axes: tuple[int, ...], **kwargs: Any) -> None:
        self.variable, self.axes = variable, axes
        super().__init__(variable.value, **kwargs)

    @property
    def shape(self) -> Any:
        """The shape in this order."""
        return tf.TensorShape([self.variable.shape[axis] for axis in self.axes])

    @property
    def value(self) -> Any:
        """The values in this order."""
        return tf.transpose(super().value, self.axes)

    def assign(self, value: Any) -> Any:
        """Assign values in this order."""
        return self.variable.assign(np.transpose(value, np.argsort(self.axes)))

    # TensorFlow saves the variable that holds the values: these are its own hooks for that.

    @property
    def _shared_name(self) -> Any:
        return self.variable._shared_name

    def _serialize_to_tensors(self) -> Any:
        return self.variable._serialize_to_tensors()

    def _restore_from_tensors(self, restored_tensors: Any) -> Any:
        return self.variable._restore_from_tensors(restored_tensors)

    def _export_to_saved_model_graph(self, object_map: Any, *args: Any, **kwargs: Any) -> Any:
        resources = self.variable._export_to_saved_model_graph(object_map, *args, **kwargs)
        object_map[self] = object_map[self.variable]
        return resources

    def _write_object_proto(self, *args: Any) -> Any:
        return self.variable._write_object_proto(*args)
