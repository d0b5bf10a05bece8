"""Random numbers that depend on the seed and the place they are for, and on nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import tensorflow as tf

WORDS_PER_RECORD = 4
_PHILOX = 1


def stream_key(seed: int, *names: object) -> int:
    """Return the 64-bit key of the stream for a seed and, say, a layer's name."""
    text = repr((seed, *names)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def generator(key: int) -> np.random.Generator:
    """Return NumPy's generator for a stream."""
    return np.random.Generator(np.random.Philox(key=key))


def record_draws(key: int, first: Any, count: Any) -> tf.Tensor:
    """Draw four words for each of some consecutive records.

    A record's words are the stream's block at the record's number, so they do not change with the
    batch the record happens to be in.

    Args:
        key: The stream.
        first: The first record's number, int64.
        count: How many records.

    Returns:
        int64 (N, 4), each from 0 to 2**32 - 1.
    """
    words = tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=tf.stack([count, WORDS_PER_RECORD]),
        key=tf.constant([key], tf.uint64),
        counter=tf.stack([tf.cast(first, tf.uint64), tf.constant(0, tf.uint64)]),
        alg=_PHILOX,
        dtype=tf.uint32,
    )
    return tf.cast(words, tf.int64)
