"""TransposedVariable: a shared variable, for a layer that keeps its axes in another order."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from owltf.convert.params import ParamBlob


class TransposedVariable:
    """A variable with its axes in another order: Caffe shares blobs in its own order.

    Attributes:
        variable: the Keras variable.
        axes: the variable's axis that each of this one's axes is.
    """

    def __init__(self, variable: Any, axes: tuple[int, ...]) -> None:
        self.variable, self.axes = variable, axes

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in this order."""
        return tuple(self.variable.shape[axis] for axis in self.axes)


def laid_out_as(variable: Any, have: ParamBlob, wanted: ParamBlob) -> Any:
    """Return a variable as another blob keeps it; the variable itself where that is the same.

    Args:
        variable: the variable.
        have: how it lies.
        wanted: how the other layer's blob lies.
    """
    rank = len(variable.shape)
    # Sizes that tell the axes apart show where each goes.
    sizes = tuple(range(2, 2 + rank))
    moved = wanted.to_keras(have.to_caffe(np.broadcast_to(np.float32(0), sizes))).shape
    axes = tuple(sizes.index(size) for size in moved)
    return variable if axes == tuple(range(rank)) else TransposedVariable(variable, axes)


def _tensor(
    moved: TransposedVariable, dtype: Any = None, name: Any = None, as_ref: bool = False
) -> Any:
    return tf.transpose(tf.convert_to_tensor(moved.variable), moved.axes)


tf.register_tensor_conversion_function(TransposedVariable, _tensor)
