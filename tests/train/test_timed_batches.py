"""TimedBatches: the time until each batch comes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import tensorflow as tf

from owltf.runtime.compiled import compiled
from owltf.train.timed_batches import TimedBatches

SECONDS = 0.02


def slow(count: int) -> Iterator[dict[str, Any]]:
    """Yield numbers in batches of one, each after some time."""

    def read(number: Any) -> Any:
        time.sleep(SECONDS)
        return number

    dataset = tf.data.Dataset.range(count)
    read_slowly = dataset.map(lambda n: {"n": tf.py_function(read, [n], tf.int64)})
    return iter(read_slowly)


def test_a_loop_that_waits_is_told() -> None:
    timed = TimedBatches(slow(3))

    def loop() -> Any:
        return tf.while_loop(
            lambda done, last: done < 3,
            lambda done, last: (done + 1, tf.ensure_shape(next(timed)["n"], ())),
            (tf.constant(0), tf.constant(-1, tf.int64)),
        )[1]

    began = time.monotonic()
    last = compiled(loop)()
    passed = time.monotonic() - began
    assert int(last) == 2
    assert 3 * SECONDS <= timed.seconds() <= passed


def test_the_clock_is_read_before_anything_is_computed_with_a_batch() -> None:
    timed = TimedBatches(iter(tf.data.Dataset.from_tensors({"n": 1})))
    before: list[str] = []

    def take() -> Any:
        top = next(timed)["n"]
        before.extend(each.type for each in top.op.control_inputs)
        return top

    assert int(compiled(take)()) == 1
    assert "Timestamp" in before


def test_nothing_is_waited_for_without_data() -> None:
    timed = TimedBatches(repeat({}))
    for _ in range(3):
        assert next(timed) == {}
    assert timed.seconds() < SECONDS
