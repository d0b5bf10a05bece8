"""LossScale: the factor on the loss that keeps small gradients of float16 from becoming zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

# It is halved after an update whose gradients are not finite, and doubled after so many that were.
FIRST = 2.0**15
PATIENCE = 2000
_LARGEST = 2.0**24


class LossScale:
    """A power of two that the loss is multiplied by, and the gradients are divided by.

    Args:
        state: what `state` returned in the run that this one goes on with; empty for a new one.
    """

    def __init__(self, state: Sequence[float] = ()) -> None:
        factor, good = state or (FIRST, 0)
        self.factor = tf.Variable(factor, trainable=False, dtype=tf.float32)
        self._good = tf.Variable(int(good), trainable=False, dtype=tf.int32)

    @property
    def state(self) -> list[float]:
        """The factor, and the updates since it last changed."""
        return [float(self.factor.numpy()), int(self._good.numpy())]

    def adjust(self, is_finite: Any) -> None:
        """Change the factor after an update.

        Args:
            is_finite: whether all gradients of the update were finite; if not, it was left out.
        """
        good = tf.where(is_finite, self._good + 1, 0)
        is_time = good >= PATIENCE
        larger = tf.where(is_time, tf.minimum(2 * self.factor, _LARGEST), self.factor)
        self.factor.assign(tf.where(is_finite, larger, tf.maximum(self.factor / 2, 1.0)))
        self._good.assign(tf.where(is_time, 0, good))
