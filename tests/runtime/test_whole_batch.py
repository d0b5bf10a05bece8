"""The whole batch on each replica, and each replica's own rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.runtime.compiled import compiled
from owltf.runtime.devices import choose_devices
from owltf.runtime.replicas import replica_number
from owltf.runtime.step import Step, step
from owltf.runtime.whole_batch import gathered, once, own, own_rows, padded

ROWS = np.arange(10.0, dtype=np.float32).reshape(5, 2)


def on_replicas(function: Callable[[], Sequence[Any]], count: int = 2) -> list[list[Any]]:
    """Return the tensors that a function gives on each replica."""
    devices = choose_devices(cpu_replicas=count)
    parts = [devices.parts(value) for value in compiled(devices.run)(function)]
    return [list(each) for each in zip(*parts, strict=True)]


@pytest.mark.parametrize("count", [2, 3])
def test_parts_are_put_together(count: int) -> None:
    def run() -> Any:
        mine = own(tf.constant(ROWS))
        return mine, gathered([mine, tf.ones(2)], [5, None])[0]

    results = on_replicas(run, count)
    np.testing.assert_array_equal(np.concatenate([mine for mine, _ in results]), ROWS)
    for _, whole in results:
        np.testing.assert_array_equal(whole, ROWS)


def test_padded_rows_stand_in_their_place() -> None:
    (first,), (second,) = on_replicas(lambda: [padded(own(tf.constant(ROWS)), 5)])
    np.testing.assert_array_equal(first, [*ROWS[:3], [0, 0], [0, 0]])
    np.testing.assert_array_equal(first + second, ROWS)


def test_a_blob_of_several_rows_for_each_is_split_as_the_data() -> None:
    def run() -> Any:
        with step(Step(tf.constant(0), 1, replica_number(), 2, batch=5)):
            return tf.constant(own_rows(10)), tf.constant(own_rows(5))

    results = np.array(on_replicas(run))
    np.testing.assert_array_equal(results, [[[0, 6], [0, 3]], [[6, 4], [3, 2]]])


def test_once_is_computed_on_the_first_alone() -> None:
    computed = []

    def compute() -> list[Any]:
        computed.append(replica_number())
        return [tf.constant([2.0, 3.0])]

    for (value,) in on_replicas(lambda: once(compute, [(2,)])):
        np.testing.assert_array_equal(value, [2, 3])
    assert computed == [0]


def test_one_replica_has_the_whole() -> None:
    rows = tf.constant(ROWS)
    assert gathered([rows], [5])[0] is rows
    assert own(rows) is rows
    assert once(lambda: [rows], [(5, 2)])[0] is rows
    assert (replica_number(), own_rows(5)) == (0, (0, 5))
