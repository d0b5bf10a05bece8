"""Tests of draws that belong to places in the global batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.runtime.batch_rows import share
from owltf.runtime.step import Step, current_step, step


def draws(batch: int, shape: tuple[int, ...], replica: int = 0, replicas: int = 1, **other: Any):
    one = Step(
        number=other.get("number", 3), seed=other.get("seed", 7), replica=replica, replicas=replicas
    )
    rows = share(batch, replica, replicas)
    return one.uniform(other.get("name", "drop"), (rows, *shape), batch).numpy()


@pytest.mark.parametrize("replicas", [2, 3])
@pytest.mark.parametrize(
    ("batch", "shape"), [(8, (4,)), (8, (3,)), (7, (5,)), (7, ()), (5, (3, 1, 7)), (64, (10,))]
)
def test_replicas_draw_what_one_draws(batch: int, shape: tuple[int, ...], replicas: int) -> None:
    parts = [draws(batch, shape, replica, replicas) for replica in range(replicas)]
    np.testing.assert_array_equal(np.concatenate(parts), draws(batch, shape))


def test_draws_are_even_between_zero_and_one() -> None:
    drawn = draws(200, (50,))
    assert drawn.shape == (200, 50)
    assert drawn.min() >= 0
    assert drawn.max() < 1
    np.testing.assert_allclose(drawn.mean(), 0.5, atol=0.01)
    np.testing.assert_allclose(drawn.var(), 1 / 12, atol=0.005)


@pytest.mark.parametrize("other", [{"name": "other"}, {"number": 4}, {"seed": 8}])
def test_each_name_pass_and_seed_has_its_own_draws(other: dict[str, Any]) -> None:
    assert not np.any(draws(8, (4,)) == draws(8, (4,), **other))


def test_draws_are_the_same_inside_a_function() -> None:
    @tf.function
    def traced(number: Any, x: Any) -> Any:
        return Step(number, 7, 1, 3).uniform("drop", tf.shape(x), 7)

    rows = tf.TensorSpec((None, 5), tf.float32)
    got = traced.get_concrete_function(tf.TensorSpec((), tf.int64), rows)(
        tf.constant(3, tf.int64), tf.zeros((2, 5))
    )
    np.testing.assert_array_equal(got, draws(7, (5,), 1, 3))


def test_the_current_step_is_known_inside_only() -> None:
    one = Step(0, 0, 0, 1)
    assert current_step() is None
    with pytest.raises(ZeroDivisionError), step(one):
        assert current_step() is one
        raise ZeroDivisionError
    assert current_step() is None


@pytest.mark.parametrize("replicas", [2, 3])
def test_rows_of_one_image_are_split_together(replicas: int) -> None:
    """A blob with two rows for each of 7 images, as time folded into the batch makes."""
    whole = Step(0, 5, 0, 1, 7).uniform("drop", (14, 3), 14)
    parts = [
        Step(0, 5, each, replicas, 7).uniform("drop", (2 * share(7, each, replicas), 3), 14)
        for each in range(replicas)
    ]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
