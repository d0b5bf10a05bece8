"""Tests of the loop over time."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from owltf.layers.recurrent.over_time import as_rows, before, over_time
from owltf.runtime.standard_ops import standard_ops_only

VALUES = tf.constant(np.arange(12.0, dtype=np.float32).reshape(4, 3))


def summed(values: tf.Tensor, *, backwards: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the sum so far at each time, and the whole."""

    def step(values: list[tf.Tensor], states: list[tf.Tensor]) -> tuple[tuple, tuple]:
        total = states[0] + values[0]
        return (total,), (total, values[0])

    (last,), (totals, same) = over_time(
        step, [values], [tf.zeros(3)], outputs=2, backwards=backwards
    )
    np.testing.assert_array_equal(same, values)
    return totals, last


def test_a_step_goes_on_from_the_one_before() -> None:
    totals, last = summed(VALUES)
    np.testing.assert_array_equal(totals, np.cumsum(VALUES, 0))
    np.testing.assert_array_equal(last, totals[-1])


def test_backwards_begins_at_the_last_time() -> None:
    totals, last = summed(VALUES, backwards=True)
    np.testing.assert_array_equal(totals, np.cumsum(VALUES[::-1], 0)[::-1])
    np.testing.assert_array_equal(last, totals[0])


@pytest.mark.parametrize("is_backwards", [False, True])
def test_steps_one_after_the_other_are_the_same(is_backwards: bool) -> None:
    looped = summed(VALUES, backwards=is_backwards)
    with standard_ops_only(unroll=True):
        unrolled = summed(VALUES, backwards=is_backwards)
    for made, wanted in zip(unrolled, looped, strict=True):
        np.testing.assert_array_equal(made, wanted)


@pytest.mark.parametrize("length", [4, None])
def test_a_known_length_stays_known(length: int | None) -> None:
    shapes = []

    @tf.function(input_signature=[tf.TensorSpec((length, 3))], autograph=False)
    def run(values: tf.Tensor) -> tf.Tensor:
        (_,), (top,) = over_time(lambda v, s: (s, v), [values], [values[0]], outputs=1)
        shapes.append(top.shape)
        return top

    np.testing.assert_array_equal(run(VALUES), VALUES)
    assert shapes[-1].as_list() == [length, 3]


def test_before_is_one_step_behind() -> None:
    np.testing.assert_array_equal(before(-VALUES[0], VALUES), [-VALUES[0], *VALUES[:-1]])


def test_rows_are_time_by_streams() -> None:
    assert as_rows(tf.zeros((4, 3, 2))).shape == (12, 2)
