"""Tests of sums over replicas."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from owltf.runtime.compiled import compiled
from owltf.runtime.devices import choose_devices
from owltf.runtime.global_sum import global_sum
from owltf.runtime.replicas import replica_number
from owltf.runtime.step import Step, step


def test_outside_a_run_a_global_sum_is_the_value_itself() -> None:
    assert [float(each) for each in global_sum(tf.constant(2.0), tf.constant(3.0))] == [2, 3]


def test_a_global_sum_and_its_gradient_cover_all_replicas() -> None:
    devices = choose_devices(cpu_replicas=2)

    def compute() -> Any:
        place = float(replica_number())
        x = tf.constant(place + 2.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            total, count = global_sum(x * x, tf.constant(1.0))
            objective = total / count / 2
        return total, count, tape.gradient(objective, x)

    total, count, grad = (devices.parts(each) for each in compiled(devices.run)(compute))
    assert [float(each) for each in total] == [13, 13]
    assert [float(each) for each in count] == [2, 2]
    # The mean of 2² and 3² by each of them: 2x / 2.
    assert [float(each) for each in grad] == [2, 3]


def test_replicas_with_a_batch_each_sum_nothing_up() -> None:
    devices = choose_devices(cpu_replicas=2)

    def compute() -> Any:
        place = float(replica_number())
        with step(Step(0, 0, 0, 1)):
            return global_sum(tf.constant(place + 2.0))[0]

    sums = devices.parts(compiled(devices.run)(compute))
    assert [float(each) for each in sums] == [2, 3]
