"""States that layers carry from pass to pass."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from owltf.runtime.recurrent_state import RecurrentState, with_recurrent_state
from owltf.runtime.step import Step, step


def count(state: RecurrentState) -> float:
    """Add one to the state, and return what it was."""
    (value,) = state.read()
    state.write([value + 1])
    return float(value[0])


def test_a_function_with_state_goes_on_from_its_last_call() -> None:
    state = RecurrentState([(2,)])
    assert [with_recurrent_state(count)(state) for _ in range(3)] == [0, 1, 2]


def test_a_run_goes_on_from_its_last_pass() -> None:
    state = RecurrentState([(2,)])
    with step(Step(tf.constant(0, tf.int64), 1, 0, 1)):
        assert [count(state), count(state)] == [0, 1]


def test_any_other_call_starts_from_zeros() -> None:
    state = RecurrentState([(2,)])
    with_recurrent_state(count)(state)
    assert [count(state), count(state)] == [0, 0]
    assert with_recurrent_state(count)(state) == 1


def test_each_replica_has_its_own() -> None:
    two_replicas = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with two_replicas.scope():
        state = RecurrentState([(1,)])

    def add() -> tf.Tensor:
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        (value,) = state.read()
        state.write([value + 1.0 + tf.cast(replica, tf.float32)])
        return value

    run = tf.function(lambda: two_replicas.run(with_recurrent_state(add)))
    run()
    values = two_replicas.experimental_local_results(run())
    np.testing.assert_array_equal([float(value[0]) for value in values], [1, 2])
