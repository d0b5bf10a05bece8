"""Tells layers which pass of a run is being computed, and gives them its random numbers.

Outside a run (a net used by itself) there is none, and layers use Keras's own random numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from owltf.runtime.batch_rows import blob_rows, first_row

PHILOX = 1


@dataclass(frozen=True)
class Step:
    """One pass of a run: its number, its seed, and the replica's place in the batch.

    Attributes:
        number: a scalar int64 tensor, different in each pass of a run.
        seed: the run's seed.
        replica: the number of the replica that computes.
        replicas: how many replicas share the batch; 1 where each has a batch of its own.
        batch: the rows of the data layers' whole batch, which is what is split; None if unknown.
        narrow: the type that products are computed with, if it is narrower than float32.
        wants_all_gradients: whether blobs that depend on no weights need their gradients, too.
    """

    number: Any
    seed: int
    replica: int
    replicas: int
    batch: int | None = None
    narrow: str | None = None
    wants_all_gradients: bool = False

    @property
    def first_row(self) -> int | None:
        """The row of the whole batch that is this replica's first; None if that is unknown."""
        if self.replicas == 1:
            return 0
        return first_row(self.batch, self.replica, self.replicas) if self.batch else None

    def uniform(self, name: str, shape: Any, batch: int) -> Any:
        """Return random numbers from [0, 1), which depend on a row's place in the whole batch.

        So N replicas draw what one replica would: each reads its slice of one Philox stream, by
        moving the counter, which counts four numbers at a time.

        Args:
            name: what the numbers are for; each name has its own stream.
            shape: the shape on this replica, the batch first.
            batch: the rows of the whole batch.
        """
        key, counter = self._stream(name)
        row, _ = blob_rows(batch, self.batch, self.replica, self.replicas)
        shape = tf.cast(shape, tf.int64)
        first = row * tf.reduce_prod(shape[1:])
        skip = first % 4
        moved = counter + tf.stack([tf.cast(first // 4, tf.uint64), tf.zeros((), tf.uint64)])
        count = tf.reshape(skip + tf.reduce_prod(shape), (1,))
        draws = tf.raw_ops.StatelessRandomUniformV2(shape=count, key=key, counter=moved, alg=PHILOX)
        return tf.reshape(draws[skip:], shape)

    def _stream(self, name: str) -> tuple[Any, Any]:
        start = (self.seed ^ zlib.crc32(name.encode())) & 0x7FFFFFFFFFFFFFFF
        seed = tf.stack([tf.constant(start, tf.int64), tf.cast(self.number, tf.int64)])
        key = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
        return key.key, key.counter


_step: ContextVar[Step | None] = ContextVar("step", default=None)


@contextmanager
def step(current: Step | None) -> Iterator[None]:
    """Set the pass that `current_step` returns to the layers called inside."""
    token = _step.set(current)
    try:
        yield
    finally:
        _step.reset(token)


def current_step() -> Step | None:
    """Return the pass that is being computed; None outside a run."""
    return _step.get()
