"""State that a layer carries from one pass to the next, as Caffe's recurrent layers do.

It is carried within a run, and from one `Net.forward` to the next. A plain call of the Keras model
starts from zeros, so that it gives the same whatever was computed before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import tensorflow as tf

from owltf.runtime.step import current_step

_carrying: ContextVar[bool] = ContextVar("carrying", default=False)


def carried(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function in which layers go on from the call before."""

    def call(*args: Any, **kwargs: Any) -> Any:
        token = _carrying.set(True)
        try:
            return function(*args, **kwargs)
        finally:
            _carrying.reset(token)

    return call


class RecurrentState:
    """What one layer of one net carries; each replica has its own.

    Args:
        shapes: the shape of each state.
    """

    def __init__(self, shapes: Sequence[Sequence[int]]) -> None:
        self.variables = [
            tf.Variable(
                tf.zeros(shape),
                trainable=False,
                synchronization=tf.VariableSynchronization.ON_READ,
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            )
            for shape in shapes
        ]

    def read(self) -> list[Any]:
        """Return the states the last pass left; zeros before the first and outside a run."""
        if _is_carrying():
            return [variable.read_value() for variable in self.variables]
        return [tf.zeros(variable.shape) for variable in self.variables]

    def write(self, states: Sequence[Any]) -> None:
        """Keep the states for the next pass; nothing is kept outside a run."""
        if _is_carrying():
            for variable, state in zip(self.variables, states, strict=True):
                variable.assign(state)


def _is_carrying() -> bool:
    return _carrying.get() or current_step() is not None
