"""Replicas: values to them and back, and what a run on several machines asks of them."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.runtime.batch_rows import BatchShare
from owltf.runtime.cluster import Cluster
from owltf.runtime.compiled import compiled
from owltf.runtime.devices import choose_devices
from owltf.runtime.replicas import Replicas, replica_count, replica_number, sum_over_replicas

ROWS = np.arange(14.0, dtype=np.float32).reshape(7, 2)
LABELS = np.arange(7.0, dtype=np.float32)
PAIR = [Cluster(("a:1", "b:2"), place) for place in range(2)]


@pytest.mark.parametrize(("count", "rows"), [(1, [7]), (2, [4, 3]), (3, [3, 2, 2])])
def test_a_batch_is_split_by_rows_and_joined(count: int, rows: list[int]) -> None:
    devices = choose_devices(cpu_replicas=count)
    batch = {"data": tf.constant(ROWS), "label": tf.constant(LABELS)}

    def run() -> Any:
        own = devices.run(lambda rows: {n: 2 * rows[n] for n in rows}, devices.split(batch))
        return devices.parts(own["data"]), [devices.joined(value, 7) for value in own.values()]

    own, (data, label) = compiled(run)()
    assert [len(each) for each in own] == rows
    np.testing.assert_array_equal(data, 2 * ROWS)
    np.testing.assert_array_equal(label, 2 * LABELS)


def test_what_each_replica_holds_whole_is_not_joined() -> None:
    devices = choose_devices(cpu_replicas=2)
    values = devices.run(lambda: (tf.constant(3.0), tf.ones((7, 2))))
    assert devices.joined(values[0], None).shape == ()
    assert devices.joined(values[1], 7).shape == (7, 2)
    assert float(devices.first(values[0])) == 3


@pytest.mark.parametrize("count", [1, 3])
def test_each_replica_knows_its_number(count: int) -> None:
    devices = choose_devices(cpu_replicas=count)

    def compute(given: Any) -> Any:
        return given, tf.constant(replica_number()), tf.constant(replica_count())

    given, number, total = devices.run(compute, devices.each(lambda each: tf.constant(each)))
    assert [int(each) for each in devices.parts(given)] == list(range(count))
    assert [int(each) for each in devices.parts(number)] == list(range(count))
    assert [int(each) for each in devices.parts(total)] == [count] * count
    assert (replica_number(), replica_count()) == (0, 1)


def test_a_sum_covers_all_replicas() -> None:
    devices = choose_devices(cpu_replicas=3)

    def compute() -> Any:
        return sum_over_replicas([tf.constant(replica_number() + 1.0), tf.ones(2)])

    one, two = compiled(devices.run)(compute)
    assert [float(each) for each in devices.parts(one)] == [6, 6, 6]
    assert [each.numpy().tolist() for each in devices.parts(two)] == [[3, 3]] * 3
    assert sum_over_replicas([2.0]) == [2.0]


def test_variables_of_a_scope_are_one_for_each_replica() -> None:
    devices = choose_devices(cpu_replicas=2)
    with devices.scope():
        variable = tf.Variable(1.0)
    assert len(devices.parts(variable)) == devices.count == devices.local_count == 2


def test_one_process_stops_when_it_wants_to() -> None:
    stop = tf.Variable(False)
    devices = choose_devices(cpu_replicas=2)
    wishes = compiled(lambda: devices.agreed(stop))
    assert not wishes()
    stop.assign(True)
    assert wishes()


@pytest.mark.parametrize(("place", "is_chief"), [(0, True), (1, False)])
def test_one_process_of_several_is_the_chief(place: int, is_chief: bool) -> None:
    replicas = Replicas(SimpleNamespace(num_replicas_in_sync=4), cluster=PAIR[place])
    assert replicas.is_chief is is_chief
    assert (replicas.local_count, replicas.share) == (2, BatchShare(2 * place, 2, 4))


@dataclass(frozen=True)
class SecondOfTwo(Replicas):
    """The replicas 2 and 3 of a run, without the others."""

    def each(self, make: Any) -> Any:
        return [make(replica) for replica in (2, 3)]


def test_a_process_splits_its_own_rows() -> None:
    """Of 14 rows four replicas have 4, 4, 3 and 3; the second process has the last six."""
    second = SecondOfTwo(SimpleNamespace(num_replicas_in_sync=4), cluster=PAIR[1])
    first, count = second.share.rows(14)
    rows = tf.range(14)[first : first + count]
    parts = [each["x"].numpy().tolist() for each in second.split({"x": rows})]
    assert parts == [[8, 9, 10], [11, 12, 13]]


@pytest.mark.parametrize("count", [1, 2])
def test_a_process_alone_is_the_chief(count: int) -> None:
    assert choose_devices(cpu_replicas=count).is_chief


def test_a_process_alone_agrees_with_itself() -> None:
    alone = choose_devices(cpu_replicas=2)
    assert alone.of_all(7) == [7]
    assert alone.share == BatchShare()
