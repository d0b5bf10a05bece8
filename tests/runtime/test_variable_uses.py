"""Whatever may change a variable is counted; what reads it in a graph is not."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from owltf.keras_internals import only_reading
from owltf.runtime.variable_uses import holder, is_counted, uses


def counted() -> keras.Variable:
    variable = keras.Variable(np.ones(3, np.float32))
    uses.count(variable)
    return variable


def test_an_assignment_is_counted() -> None:
    variable = counted()
    before = uses.number
    variable.assign(np.zeros(3))
    assert uses.number > before
    assert is_counted(holder(variable))


def test_a_graph_that_assigns_ends_the_counting() -> None:
    variable = counted()
    tf.function(lambda: variable.value.assign([2.0, 2.0, 2.0])).get_concrete_function()
    assert not is_counted(holder(variable))


def test_a_graph_that_only_reads_is_no_use() -> None:
    variable = counted()
    before = uses.number
    with only_reading():
        traced = tf.function(lambda: variable.value * 2).get_concrete_function()
    assert traced().numpy().tolist() == [2, 2, 2]
    assert uses.number == before
    assert is_counted(holder(variable))


def test_other_variables_are_not_known() -> None:
    assert not is_counted(tf.Variable(1.0))


def test_a_counted_variable_is_saved_and_copied_as_others(tmp_path: object) -> None:
    variable = counted()
    kept = holder(variable)
    assert isinstance(kept, tf.Variable)
    path = tf.train.Checkpoint(v=kept).save(f"{tmp_path}/c")
    variable.assign(np.zeros(3))
    tf.train.Checkpoint(v=kept).restore(path)
    assert variable.numpy().tolist() == [1, 1, 1]
