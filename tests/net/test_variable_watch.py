"""A change of a variable is noticed, however it was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from owltf.net.variable_watch import VariableWatch

CHANGES: dict[str, Callable[[Any], Any]] = {
    "assign": lambda variable: variable.assign(np.full(3, 2)),
    "assign_add": lambda variable: variable.value.assign_add(np.ones(3, np.float32)),
    "a graph": lambda variable: tf.function(lambda: variable.value.assign_sub([1.0, 1.0, 1.0]))(),
    "an optimizer": lambda variable: keras.optimizers.SGD(0.1).apply([tf.ones(3)], [variable]),
    "an update in place": lambda variable: tf.raw_ops.ResourceApplyGradientDescent(
        var=variable.value.handle, alpha=0.1, delta=tf.ones(3)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed_once(change: str) -> None:
    variables = [keras.Variable(np.ones(3, np.float32)) for _ in range(2)]
    watch = VariableWatch(variables)
    assert [watch.has_changed() for _ in range(3)] == [True, False, False]
    CHANGES[change](variables[1])
    assert [watch.has_changed() for _ in range(3)] == [True, False, False]
