"""SGD with momentum against its formula."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from caffe_rules import MIXTURES, check_steps

from owltf.runtime.devices import choose_devices
from owltf.runtime.replicas import replica_number
from owltf.solvers.sgd import SGD


def test_momentum_over_three_steps() -> None:
    rng = np.random.default_rng(1)
    w, v = rng.normal(size=5).astype(np.float32), np.zeros(5, np.float32)
    variable = keras.Variable(w)
    solver = SGD(0.1, momentum=0.9)
    solver.build([variable])
    for _ in range(3):
        gradient = rng.normal(size=5).astype(np.float32)
        solver.apply([tf.constant(gradient)])
        v = np.float32(0.9) * v + np.float32(0.1) * gradient
        w = w - v
    np.testing.assert_allclose(variable.numpy(), w, rtol=1e-6)
    assert int(solver.iterations.numpy()) == 3


@pytest.mark.parametrize("mixture", MIXTURES)
def test_steps_are_caffes(mixture: dict[str, Any]) -> None:
    check_steps(SGD, momentum=0.9, **mixture)


def test_replicas_update_alike() -> None:
    """Each replica's gradient counts once, and all variables stay equal."""
    devices = choose_devices(cpu_replicas=2)
    with devices.scope():
        variable = keras.Variable(np.zeros(3, np.float32))
        solver = SGD(1.0)
        solver.build([variable])

    @tf.function
    def step() -> None:
        def replica() -> None:
            solver.apply([tf.fill((3,), replica_number() + 1.0)])

        devices.run(replica)

    step()
    for value in devices.parts(variable.value):
        np.testing.assert_array_equal(value.numpy(), [-3, -3, -3])
