"""A variable shared by two layers that store it with their axes in different orders."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from owltf.keras_internals import VariableOfAnother


class TransposedVariable(VariableOfAnother):
    """Another variable with its axes in a different order; both use the same memory.

    To Keras it is a variable of its layer like any other, so that it is counted, and saved in a
    `.keras` file, in this layer's order. Its gradient is the other variable's.

    Args:
        variable: the variable that holds the values.
        axes: the axis of that variable for each axis of this one.
        **kwargs: `name`, `trainable` and so on, as for every Keras variable.
    """

    def __init__(self, variable: Any, axes: tuple[int, ...], **kwargs: Any) -> None:
        self.axes = axes
        super().__init__(variable, **kwargs)

    @property
    def shape(self) -> Any:
        """The shape in this variable's order."""
        return tf.TensorShape([self.variable.shape[axis] for axis in self.axes])

    @property
    def value(self) -> Any:
        """The values in this variable's order."""
        return tf.transpose(super().value, self.axes)

    def assign(self, value: Any) -> Any:
        """Assign values that are in this variable's order."""
        return self.variable.assign(np.transpose(value, np.argsort(self.axes)))
