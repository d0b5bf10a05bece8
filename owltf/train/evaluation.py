"""Tests a net: the mean of its outputs over many batches, computed in one TensorFlow call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import tensorflow as tf

from owltf.net.collected import collected_outputs
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
        solver: the `SolverParameter`, which may say how figures are made.
    """

    # Tells pytest that this is not one of its tests.
    __test__ = False

    def __init__(
        self,
        net: Net,
        replicas: Replicas,
        batches: Iterator[Any],
        stop: Any,
        solver: Any | None = None,
    ) -> None:
        self._collected = collected_outputs(net, solver)
        self._net, self._replicas = net.prepared(), replicas
        self._batches, self._stop = batches, stop
        self._many = compiled(self._loop)

    def run(self, count: int) -> tuple[int, float, Mapping[str, Any]]:
        """Return the batches computed, the mean loss, and each output's mean or figures.

        The mean of an output that was of several sizes is empty.
        """
        with self._net.pass_errors():
            done, loss, outputs = self._many(tf.constant(count, tf.int32))
        found = {name: value.numpy() for name, value in outputs.items()}
        return int(done), float(loss), self._told(found)

    def _told(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values by name, in the order of the outputs, with figures in their places."""
        told: dict[str, Any] = {}
        for name in self._net.outputs:
            figures = self._collected.get(name)
            told.update(figures([found[name]]) if figures else {name: found[name]})
        return told

    def _loop(self, count: Any) -> Any:
        def go_on(done: Any, loss: Any, sums: Any) -> Any:
            return tf.logical_and(done < count, tf.logical_not(self._replicas.agreed(self._stop)))

        def body(done: Any, loss: Any, sums: Any) -> Any:
            more, outputs = self._batch(done)
            sums = {n: self._added(n, total, outputs[n], done) for n, total in sums.items()}
            return done + 1, loss + more, sums

        start = (tf.constant(0), tf.constant(0.0), self._nothing())
        done, loss, sums = tf.while_loop(go_on, body, start)
        batches = tf.cast(tf.maximum(done, 1), tf.float32)
        found = {
            name: total.concat() if name in self._collected else total / batches
            for name, total in sums.items()
        }
        return done, loss / batches, found

    def _nothing(self) -> dict[str, Any]:
        """Return what the outputs of the batches are added to."""
        sums = zero_outputs(self._net)
        for name in self._collected:
            values = self._net.blobs[name].shape[-1]
            sums[name] = tf.TensorArray(
                tf.float32, 0, dynamic_size=True, infer_shape=False, element_shape=(None, values)
            )
        return sums

    def _added(self, name: str, total: Any, value: Any, number: Any) -> Any:
        if name in self._collected:
            return total.write(number, tf.reshape(value, (-1, value.shape[-1])))
        if None not in value.shape[1:]:
            return total + value
        # There is no mean of values of several sizes: it becomes an empty one.
        whole = tf.cond(number > 0, lambda: total, lambda: tf.zeros_like(value))
        is_alike = tf.reduce_all(tf.shape(whole) == tf.shape(value))
        return tf.cond(is_alike, lambda: whole + value, lambda: value[:0])

    def _batch(self, number: Any) -> tuple[Any, dict[str, Any]]:
        batch = self._replicas.split(next(self._batches), self._net.whole_inputs)
        loss, outputs = self._replicas.run(self._replica_batch, batch, number)
        return self._replicas.first(loss), joined_outputs(self._net, outputs, self._replicas)

    def _replica_batch(self, batch: Any, number: Any) -> tuple[Any, dict[str, Any]]:
        return forward(self._net, batch, number, training=False)
