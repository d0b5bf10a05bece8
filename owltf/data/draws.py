"""Random numbers that depend only on the seed and on the record they are drawn for.

So a resumed run, or a run on another number of devices, draws the same ones.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import tensorflow as tf

WORDS_PER_RECORD = 4
_PHILOX = 1


def stream_key(seed: int, *names: object) -> int:
    """Return the 64-bit key of a stream of random numbers, made of a seed and names.

    Streams of different names, such as a layer's, are independent.
    """
    text = repr((seed, *names)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def generator(key: int) -> np.random.Generator:
    """Return a NumPy generator for the stream with this key."""
    return np.random.Generator(np.random.Philox(key=key))


def record_draws(key: int, first: Any, count: Any) -> tf.Tensor:
    """Return four random integers for each of `count` consecutive records.

    A record's integers are the stream's block at the record's number, so they do not change with
    the batch the record happens to be in.

    Args:
        key: the stream's key.
        first: the first record's number, int64.
        count: how many records.

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
