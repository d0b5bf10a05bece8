"""TimedBatches: an iterator over batches that measures how long each was waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tensorflow as tf


class TimedBatches:
    """Gives the batches of another iterator, in a TensorFlow graph or outside.

    The readers of data work ahead, so that a batch which is ready costs no time: what is measured
    is how much longer the devices would have been busy, had there been data.

    Args:
        batches: the iterator; each element is a dict of tensors.
    """

    def __init__(self, batches: Iterator[dict[str, Any]]) -> None:
        self._batches = batches
        # Read by reports from other threads, while a loop runs.
        with tf.device("CPU"):
            self._waited = tf.Variable(0.0, trainable=False, dtype=tf.float64, name="waited")

    def __iter__(self) -> TimedBatches:
        """Return this."""
        return self

    def __next__(self) -> dict[str, Any]:
        """Return the next batch, and add the time that it took to come."""
        before = tf.timestamp()
        with tf.control_dependencies([before]):
            batch = next(self._batches)
        with tf.control_dependencies(list(batch.values())):
            after = tf.timestamp()
        self._waited.assign_add(after - before)
        # Else TensorFlow may begin to compute with the batch before it reads the clock.
        with tf.control_dependencies([after]):
            return {name: tf.identity(top) for name, top in batch.items()}

    def seconds(self) -> float:
        """Return how long batches were waited for so far."""
        return float(self._waited.numpy())
