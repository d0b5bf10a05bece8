"""The state that a recurrent layer keeps from one pass to the next, as Caffe's layers do.

It is kept within a run, and from one `Net.forward` to the next. A plain call of the Keras model
starts from zeros, so that its result does not depend on earlier calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import tensorflow as tf

from owltf.runtime.step import current_step

_keeping: ContextVar[bool] = ContextVar("keeping", default=False)


def with_recurrent_state(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function in which recurrent layers continue from the state of the last call."""

    def call(*args: Any, **kwargs: Any) -> Any:
        token = _keeping.set(True)
        try:
            return function(*args, **kwargs)
        finally:
            _keeping.reset(token)

    return call


class RecurrentState:
    """The states that one layer of one net keeps between passes, one set on each replica.

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
        """Return the states that the last pass left; zeros before the first and outside a run."""
        if _is_keeping():
            return [variable.read_value() for variable in self.variables]
        return [tf.zeros(variable.shape) for variable in self.variables]

    def write(self, states: Sequence[Any]) -> None:
        """Keep the states for the next pass; nothing is kept outside a run."""
        if _is_keeping():
            for variable, state in zip(self.variables, states, strict=True):
                variable.assign(state)


def _is_keeping() -> bool:
    return _keeping.get() or current_step() is not None
