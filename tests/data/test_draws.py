from __future__ import annotations

import numpy as np
import tensorflow as tf

from owltf.data.draws import drawn_skip, generator, record_draws, record_words, shuffled, stream_key


def numpy_philox(key, number):
    """Philox 4x32 with ten rounds, as its authors give it."""
    low = 0xFFFFFFFF
    a, b, c, d = number & low, number >> 32, 0, 0
    key_a, key_b = key & low, key >> 32
    for _ in range(10):
        first, second = a * 0xD2511F53, c * 0xCD9E8D57
        a, b, c, d = (
            (second >> 32) ^ b ^ key_a,
            second & low,
            (first >> 32) ^ d ^ key_b,
            first & low,
        )
        key_a, key_b = (key_a + 0x9E3779B9) & low, (key_b + 0xBB67AE85) & low
    return a, b, c, d


def draw(key, first, count):
    return record_draws(key, tf.constant(first, tf.int64), count).numpy()


def test_a_record_has_its_block_of_philox():
    key, first = stream_key(1, "cats"), 2**40 - 2
    expected = [numpy_philox(key, first + n) for n in range(4)]
    np.testing.assert_array_equal(draw(key, first, 4), expected)


def test_slices_of_the_stream():
    everything = draw(7, 0, 10_000)
    np.testing.assert_array_equal(draw(7, 1234, 3000), everything[1234:4234])
    assert everything.min() >= 0
    assert everything.max() > 2**31


def test_keys_differ():
    keys = {stream_key(seed, name, n) for seed in (1, 2) for name in ("a", "b") for n in (1, 2)}
    assert len(keys) == 8
    assert stream_key(1, "a") == stream_key(1, "a") < 2**64


def test_generator():
    assert generator(5).random() == generator(5).random() != generator(6).random()


def test_the_words_of_numpy_are_those_of_tensorflow():
    for key, first in [(1, 0), (2**63 + 12345, 2**40 + 7), (stream_key(3, "a"), 1000)]:
        np.testing.assert_array_equal(record_words(key, first, 50), draw(key, first, 50))


def test_shuffling_and_skipping():
    order = shuffled(7, 100)
    np.testing.assert_array_equal(np.sort(order), range(100))
    assert order.tolist() == shuffled(7, 100).tolist() != shuffled(8, 100).tolist()
    assert drawn_skip(1, "a", 0) == 0
    assert len({drawn_skip(seed, "a", 1000) for seed in range(20)}) > 15
