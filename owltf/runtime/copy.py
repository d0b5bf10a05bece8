"""Copies of large arrays into another order of axes, quicker than NumPy makes them."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

# Below this many values NumPy's copy is as quick as anything.
LARGE = 1 << 16


def contiguous(view: np.ndarray) -> np.ndarray:
    """Return an array whose values lie in the order of its axes.

    Args:
        view: any view, such as a transposed one. TensorFlow's transpose is several times as fast
            as NumPy's copy of such a view, which is not made for caches.
    """
    if view.flags.c_contiguous or view.size < LARGE:
        return np.asarray(view, order="C")
    order = np.argsort([-stride for stride in view.strides], kind="stable")
    as_it_lies = view.transpose(order)
    if not as_it_lies.flags.c_contiguous:
        return np.asarray(view, order="C")
    return np.asarray(tf.transpose(as_it_lies, np.argsort(order)).numpy())
