"""Rates: a solver's learning rates, an iteration at a time."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import tensorflow as tf

from owltf.keras_internals import flat_call
from owltf.runtime.compiled import compiled

# A script that sets the rate anew in each iteration must not wait for a compiler each time.
_FEW = 5


class Rates:
    """The learning rates of a schedule, which is compiled when it has been asked a few times.

    Args:
        schedule: returns the rate of an iteration.
    """

    def __init__(self, schedule: Any) -> None:
        self.schedule = schedule
        self._asked = 0

    def __call__(self, iteration: int) -> Any:
        """Return the rate of an iteration, a float32 scalar."""
        number = tf.constant(iteration, tf.int64)
        self._asked += 1
        return self.schedule(number) if self._asked <= _FEW else self._quick([number])[0]

    @cached_property
    def _quick(self) -> Any:
        self._traced = compiled(self.schedule)
        return flat_call(self._traced.get_concrete_function(tf.TensorSpec((), tf.int64)))
