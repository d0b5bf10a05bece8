"""Random numbers that depend only on the seed and on the record they are drawn for.

So a resumed run, or a run on another number of devices, draws the same ones.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

WORDS_PER_RECORD = 4
_PHILOX = 1
_ROUNDS = 10
_TOGETHER = 1024
_FACTORS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_STEPS = (0x9E3779B9, 0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


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


def record_words(key: int, first: int, count: int) -> npt.NDArray[np.int64]:
    """Return the integers of `record_draws` as an array, for readers in Python.

    Args:
        key: the stream's key.
        first: the first record's number.
        count: how many records.

    Returns:
        int64 (N, 4), each from 0 to 2**32 - 1.
    """
    numbers = range(first // _TOGETHER, (first + count) // _TOGETHER + 1)
    words = np.concatenate([_words_of_many(key, number) for number in numbers])
    start = first % _TOGETHER
    return words[start : start + count]


# To compute those of a batch takes nearly as long as those of many records.
@lru_cache(maxsize=8)
def _words_of_many(key: int, number: int) -> npt.NDArray[np.int64]:
    """Return the integers of so many records: Philox 4x32 with ten rounds on their numbers."""
    first = number * _TOGETHER
    numbers: Any = np.arange(first, first + _TOGETHER, dtype=np.uint64)
    a, b, c, d = numbers & _LOW, numbers >> _HALF, np.zeros_like(numbers), np.zeros_like(numbers)
    for turn in range(_ROUNDS):
        upper, lower = (_round_key(key >> 32 * half, turn * _STEPS[half]) for half in (0, 1))
        first_product, second_product = a * _FACTORS[0], c * _FACTORS[1]
        a, b = (second_product >> _HALF) ^ b ^ upper, second_product & _LOW
        c, d = (first_product >> _HALF) ^ d ^ lower, first_product & _LOW
    return np.stack([a, b, c, d], 1).astype(np.int64)


def _round_key(half: int, step: int) -> np.uint64:
    return np.uint64(half + step & 0xFFFFFFFF)


def shuffled(key: int, count: int) -> npt.NDArray[np.int64]:
    """Return the numbers from 0 to `count` in an order that the stream of this key gives."""
    return generator(key).permutation(count)


def drawn_skip(seed: int, name: str, most: int) -> int:
    """Return a random number of records to skip, as Caffe's `rand_skip` does in every phase.

    Args:
        seed: the run's seed.
        name: the layer's name.
        most: the layer's `rand_skip`; 0 skips none.
    """
    return int(generator(stream_key(seed, name, "rand_skip")).integers(most)) if most else 0
