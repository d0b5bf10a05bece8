"""Calls in lockstep: their sums, their gradients, and what goes wrong in one of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import active_count
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.runtime.compiled import compiled
from owltf.runtime.lockstep import current_part, in_lockstep
from owltf.runtime.replicas import replica_count, replica_number, sum_over_replicas

X = tf.constant([[1.0, 2.0], [3.0, 5.0]])


def eagerly(function: Callable[[], Any]) -> Callable[[], Any]:
    return function


@pytest.mark.parametrize("how", [eagerly, compiled])
def test_values_are_summed_over_the_parts(how: Any) -> None:
    def compute(number: int) -> Any:
        (once,) = sum_over_replicas([X[number]])
        total, count = sum_over_replicas([once * (number + 1), tf.constant(number)])
        return total, count, tf.constant((replica_number(), replica_count()))

    results = how(lambda: in_lockstep([partial(compute, each) for each in range(2)]))()
    for number, (total, count, place) in enumerate(results):
        np.testing.assert_array_equal(total, [12, 21])
        assert (int(count), place.numpy().tolist()) == (1, [number, 2])
    assert (current_part(), replica_number(), replica_count()) == (None, 0, 1)


@pytest.mark.parametrize("how", [eagerly, compiled])
def test_gradients_are_summed_as_well(how: Any) -> None:
    """The square of the sum of both parts' w * x: each part differentiates half of it."""
    weight = tf.Variable([2.0, 3.0])

    def compute(number: int) -> Any:
        with tf.GradientTape() as tape:
            (total,) = sum_over_replicas([tf.reduce_sum(weight * X[number])])
            share = total**2 / 2
        return tape.gradient(share, weight)

    first, second = how(lambda: in_lockstep([partial(compute, each) for each in range(2)]))()
    rows = X.numpy()
    total = (rows * [2, 3]).sum()
    np.testing.assert_allclose(first + second, 2 * total * rows.sum(0))


def test_the_error_of_one_part_ends_all() -> None:
    before = active_count()

    def compute(number: int) -> Any:
        (total,) = sum_over_replicas([X[number]])
        if number:
            raise ValueError("the second part is wrong")
        return sum_over_replicas([total])

    with pytest.raises(ValueError, match="the second part is wrong"):
        in_lockstep([partial(compute, each) for each in range(2)])
    assert active_count() == before


def test_parts_that_want_different_sums_are_refused() -> None:
    def compute(number: int) -> Any:
        return sum_over_replicas([X]) if number else X

    with pytest.raises(RuntimeError, match="do not add up the same values"):
        in_lockstep([partial(compute, each) for each in range(2)])
