"""SGD with momentum against its formula."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

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


def test_replicas_update_alike() -> None:
    """Each replica's gradient counts once, and all variables stay equal."""
    strategy = tf.distribute.MirroredStrategy(
        ["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice()
    )
    with strategy.scope():
        variable = keras.Variable(np.zeros(3, np.float32))
        solver = SGD(1.0)
        solver.build([variable])

    @tf.function
    def step() -> None:
        def replica() -> None:
            number = tf.distribute.get_replica_context().replica_id_in_sync_group
            solver.apply([tf.fill((3,), tf.cast(number, tf.float32) + 1)])

        strategy.run(replica)

    step()
    for value in strategy.experimental_local_results(variable.value):
        np.testing.assert_array_equal(value.numpy(), [-3, -3, -3])
