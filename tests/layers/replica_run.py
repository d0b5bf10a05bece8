"""Runs a net over several replicas, as the trainer does, and puts the parts together again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.net.replicas import first_row, share
from owltf.testing import net_of


@dataclass(frozen=True)
class ReplicaRun:
    """What a pass over several replicas gave.

    Attributes:
        tops: each output of each replica, by blob name.
        grads: the gradient of each input, its rows in the order of the whole batch.
    """

    tops: dict[str, list[np.ndarray]]
    grads: dict[str, np.ndarray | None]


def run_replicas(net: str, arrays: Mapping[str, np.ndarray], replicas: int) -> ReplicaRun:
    """Run a net forward and backward with its batch split over replicas.

    Args:
        net: a prototxt.
        arrays: the inputs by name, of one batch.
        replicas: how many; 1 is one device without a strategy.
    """
    strategy = _strategy(replicas)
    with strategy.scope():
        built = net_of(net, "TRAIN")
        model = built.loss_model

    def compute(parts: dict[str, Any]) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(parts)
            tops, losses = model(parts, training=True)
            weighted = [
                loss.weight * value for loss, value in zip(built.losses, losses, strict=True)
            ]
            objective = tf.add_n(weighted or [0.0]) / replicas
        return tops, tape.gradient(objective, parts)

    def part(context: Any, array: np.ndarray) -> Any:
        index, count = context.replica_id_in_sync_group, context.num_replicas_in_sync
        first = first_row(len(array), index, count)
        return tf.constant(array[first : first + share(len(array), index, count)], tf.float32)

    @tf.function
    def run() -> Any:
        parts = {
            name: strategy.experimental_distribute_values_from_function(
                lambda context, array=array: part(context, array)
            )
            for name, array in arrays.items()
        }
        tops, grads = strategy.run(compute, args=(parts,))
        return _local(strategy, tops), _local(strategy, grads)

    tops, grads = run()
    return ReplicaRun(
        tops={name: [value.numpy() for value in values] for name, values in tops.items()},
        grads={name: _joined(values) for name, values in grads.items()},
    )


def _strategy(replicas: int) -> Any:
    if replicas == 1:
        return tf.distribute.OneDeviceStrategy("CPU:0")
    # TensorFlow's collective operations mix up the strategies of one process on the same devices.
    return tf.distribute.MirroredStrategy(
        [f"CPU:{index}" for index in range(replicas)],
        cross_device_ops=tf.distribute.ReductionToOneDevice(),
    )


def _local(strategy: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: () if value is None else strategy.experimental_local_results(value)
        for name, value in values.items()
    }


def _joined(values: Any) -> np.ndarray | None:
    return np.concatenate([value.numpy() for value in values]) if values else None
