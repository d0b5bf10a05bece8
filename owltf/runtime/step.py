"""The pass of a run that is being computed, and the random numbers that belong to it.

Outside a run (a net used by itself) there is none: layers that draw use Keras's own random numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from owltf.runtime.batch_rows import first_row

PHILOX = 1


@dataclass(frozen=True)
class Step:
    """The pass that is being computed.

    Attributes:
        number: a scalar int64 tensor that is different in each pass of a run.
        seed: the run's seed.
        replica: which replica computes.
        replicas: how many share the batch; 1 where each has a batch of its own.
        batch: the rows of the data layers' global batch, which is what is split; None if unknown.
    """

    number: Any
    seed: int
    replica: int
    replicas: int
    batch: int | None = None

    def uniform(self, name: str, shape: Any, batch: int) -> Any:
        """Return draws from [0, 1) that belong to places in the global batch.

        N replicas draw what one replica draws: each takes its slice of one Philox stream by moving
        the counter, which counts four numbers at a time.

        Args:
            name: what is drawn for; each name has its own stream.
            shape: the local shape, the batch first.
            batch: the rows of the global batch.
        """
        key, counter = self._stream(name)
        row = self._first_row(batch)
        shape = tf.cast(shape, tf.int64)
        first = row * tf.reduce_prod(shape[1:])
        skip = first % 4
        moved = counter + tf.stack([tf.cast(first // 4, tf.uint64), tf.zeros((), tf.uint64)])
        count = tf.reshape(skip + tf.reduce_prod(shape), (1,))
        draws = tf.raw_ops.StatelessRandomUniformV2(shape=count, key=key, counter=moved, alg=PHILOX)
        return tf.reshape(draws[skip:], shape)

    def _first_row(self, batch: int) -> int:
        # A blob may hold several rows for each of the data's, which are split together.
        whole = self.batch if self.batch and batch % self.batch == 0 else batch
        return batch // whole * first_row(whole, self.replica, self.replicas)

    def _stream(self, name: str) -> tuple[Any, Any]:
        start = (self.seed ^ zlib.crc32(name.encode())) & 0x7FFFFFFFFFFFFFFF
        seed = tf.stack([tf.constant(start, tf.int64), tf.cast(self.number, tf.int64)])
        key = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
        return key.key, key.counter


_step: ContextVar[Step | None] = ContextVar("step", default=None)


@contextmanager
def step(current: Step | None) -> Iterator[None]:
    """Let the layers called inside know the pass that is being computed."""
    token = _step.set(current)
    try:
        yield
    finally:
        _step.reset(token)


def current_step() -> Step | None:
    """Return the pass that is being computed; None outside a run."""
    return _step.get()
