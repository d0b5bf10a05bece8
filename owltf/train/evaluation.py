"""Tests a net: the mean of its outputs over many batches, computed in one TensorFlow call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import tensorflow as tf

from owltf.net.net import Net
from owltf.runtime.compiled import compiled
from owltf.runtime.replicas import Replicas
from owltf.train.replica_pass import forward, joined_outputs, zero_outputs


class Evaluation:
    """Computes the mean of a TEST net's outputs over many batches.

    Args:
        net: the net.
        replicas: where it runs.
        batches: an iterator over the net's inputs.
        stop: a boolean variable; the loop ends after the batch in which it becomes true.
    """

    # Tells pytest that this is not one of its tests.
    __test__ = False

    def __init__(self, net: Net, replicas: Replicas, batches: Iterator[Any], stop: Any) -> None:
        self._net, self._replicas, self._batches, self._stop = net, replicas, batches, stop
        self._many = compiled(self._loop)

    def run(self, count: int) -> tuple[int, float, Mapping[str, Any]]:
        """Return the batches computed, the mean loss, and each output's mean."""
        with self._net.pass_errors():
            done, loss, outputs = self._many(tf.constant(count, tf.int32))
        return int(done), float(loss), {name: value.numpy() for name, value in outputs.items()}

    def _loop(self, count: Any) -> Any:
        def go_on(done: Any, loss: Any, sums: Any) -> Any:
            return tf.logical_and(done < count, tf.logical_not(self._replicas.agreed(self._stop)))

        def body(done: Any, loss: Any, sums: Any) -> Any:
            more, outputs = self._batch(done)
            sums = {name: total + outputs[name] for name, total in sums.items()}
            return done + 1, loss + more, sums

        start = (tf.constant(0), tf.constant(0.0), zero_outputs(self._net))
        done, loss, sums = tf.while_loop(go_on, body, start)
        batches = tf.cast(tf.maximum(done, 1), tf.float32)
        return done, loss / batches, {name: total / batches for name, total in sums.items()}

    def _batch(self, number: Any) -> tuple[Any, dict[str, Any]]:
        batch = self._replicas.split(next(self._batches), self._net.whole_inputs)
        loss, outputs = self._replicas.run(self._replica_batch, batch, number)
        return self._replicas.first(loss), joined_outputs(self._net, outputs, self._replicas)

    def _replica_batch(self, batch: Any, number: Any) -> tuple[Any, dict[str, Any]]:
        return forward(self._net, batch, number, training=False)
