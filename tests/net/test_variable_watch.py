"""A change of a variable is noticed, however it was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from owltf.net.variable_watch import VariableWatch
from owltf.runtime.variable_uses import uses

CHANGES: dict[str, Callable[[Any], Any]] = {
    "assign": lambda variable: variable.assign(np.full(3, 2)),
    "assign_add": lambda variable: variable.value.assign_add(np.ones(3, np.float32)),
    "a graph": lambda variable: tf.function(lambda: variable.value.assign_sub([1.0, 1.0, 1.0]))(),
    "an optimizer": lambda variable: keras.optimizers.SGD(0.1).apply([tf.ones(3)], [variable]),
    "an update in place": lambda variable: tf.raw_ops.ResourceApplyGradientDescent(
        var=variable.value.handle, alpha=0.1, delta=tf.ones(3)
    ),
}


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed_once(change: str, counts: bool) -> None:
    variables = [keras.Variable(np.ones(3, np.float32)) for _ in range(2)]
    for variable in variables if counts else ():
        uses.count(variable)
    watch = VariableWatch(variables)
    assert [watch.has_changed() for _ in range(3)] == [True, False, False]
    CHANGES[change](variables[1])
    assert [watch.has_changed() for _ in range(3)] == [True, False, False]


def test_each_call_of_a_graph_is_noticed() -> None:
    variable = keras.Variable(np.ones(3, np.float32))
    uses.count(variable)
    watch = VariableWatch([variable])
    add = tf.function(lambda: variable.value.assign_add([1.0, 1.0, 1.0]))
    for _ in range(3):
        add()
        assert [watch.has_changed() for _ in range(2)] == [True, False]


def test_unchanged_variables_are_not_looked_at() -> None:
    variables = [keras.Variable(np.ones(3, np.float32)) for _ in range(2)]
    for variable in variables:
        uses.count(variable)
    watch = VariableWatch(variables)
    watch.has_changed()
    watch._have_moved = None  # type: ignore[assignment]
    assert not watch.has_changed()
