"""Updater: changes a net's weights by a solver's rule, and leaves the change in the gradients."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import tensorflow as tf

from owltf.convert.params import Param
from owltf.keras_internals import flat_call
from owltf.pycaffe.memory.order import ParamOrder
from owltf.pycaffe.net_state import NetState
from owltf.runtime.compiled import compiled
from owltf.solvers.solver import Solver


class Updater:
    """Updates the parameters of a net.

    Args:
        state: the net.
        solver_class: the rule.
        parameter: the `SolverParameter`.
    """

    def __init__(self, state: NetState, solver_class: Any, parameter: Any) -> None:
        self._state = state
        # Share the net's weights with another, and it has other variables.
        self.listed = state.params
        self.params: Sequence[Param] = state.initial.net.params
        self.solver: Solver = solver_class.from_parameter(parameter, 0.0, self.params)
        owners = {id(param.variable): param for param in self.params}
        self._updated = [owners[id(variable)] for variable in self.solver.known]
        self._traced = compiled(self._updates)

    def apply(self, rate: Any, iteration: int) -> None:
        """Change the weights by what `diff` holds, and set `diff` to that change, as Caffe does.

        Args:
            rate: the learning rate.
            iteration: the updates made so far.
        """
        self._state.memories.push()
        orders = [ParamOrder(param) for param in self._updated]
        memories = [self._state.diff_of(param) for param in self._updated]
        gradients = [memory.tensor(order) for memory, order in zip(memories, orders, strict=True)]
        if not gradients:
            return
        changes = self._update([*gradients, rate, tf.constant(iteration, tf.int64)])
        for memory, order, change in zip(memories, orders, changes, strict=True):
            memory.set(change, order)
        self._state.memories.changed(self._updated)

    @cached_property
    def _scratch(self) -> list[Any]:
        """Variables that a rule's changes are put into."""
        return [
            tf.Variable(tf.zeros(param.variable.shape), trainable=False) for param in self._updated
        ]

    @cached_property
    def _update(self) -> Any:
        shapes = [tf.TensorSpec(param.variable.shape) for param in self._updated]
        numbers = [tf.TensorSpec(()), tf.TensorSpec((), tf.int64)]
        return flat_call(self._traced.get_concrete_function([*shapes, *numbers]))

    def _updates(self, given: Sequence[Any]) -> list[Any]:
        *gradients, rate, iteration = given
        self.solver.iterations.assign(tf.cast(iteration, self.solver.iterations.dtype))
        rate = self.solver.step_rate(rate)
        return [
            self._changed(index, gradient, rate)
            for index, gradient in enumerate(self.solver.summed(gradients))
        ]

    def _changed(self, index: int, gradient: Any, rate: Any) -> Any:
        """Change one variable; return what was subtracted from it."""
        variable, scratch = self._updated[index].variable.value, self._scratch[index]
        self.solver.change(variable, gradient, rate, index, scratch)
        return -scratch
