"""StochasticPool2D against its definition, and its draws on one and on several replicas."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracle_case import check_gradients, gradient_case, one_layer
from pool_by_loop import images, pooled

from owltf.layers.vision.stochastic_pool import StochasticPool2D
from owltf.runtime.batch_rows import first_row
from owltf.runtime.step import Step, step
from owltf.testing import net_of, run_layer

SHAPE = (6, 3, 5, 7)
NET = one_layer(
    'type: "Pooling" pooling_param { pool: STOCHASTIC kernel_size: 2 stride: 2 }', SHAPE
)
VALUES = np.random.default_rng(0).random(SHAPE, dtype=np.float32)


def layer(rules: tuple[int, int, int]) -> StochasticPool2D:
    kernel, stride, _ = rules
    return StochasticPool2D("pool", 1, kernel=(kernel,) * 2, stride=(stride,) * 2)


def weighted(values: np.ndarray, places: np.ndarray) -> float:
    return float(np.square(values).sum() / values.sum()) if values.sum() > 0 else 0.0


def test_outside_training_each_value_weighs_as_much_as_it_is() -> None:
    for image, rules in images():
        if rules[2] == 0:
            positive = np.maximum(image + 3, 0)
            got = layer(rules)(positive[np.newaxis, ..., np.newaxis]).numpy()[0, ..., 0]
            wanted = pooled(positive, rules, weighted)
            np.testing.assert_allclose(got, wanted, rtol=1e-5, err_msg=f"{image.shape}, {rules}")


def test_training_draws_a_value_by_the_sum_of_those_before() -> None:
    draws = np.random.default_rng(1).random((1, 3, 4), dtype=np.float32)[..., np.newaxis]
    image = VALUES[0, 0]
    index = iter(np.ndindex(3, 4))

    def drawn(values: np.ndarray, places: np.ndarray) -> float:
        level = (1 - draws[(0, *next(index), 0)]) * values.sum()
        return float(values[np.argmax(np.cumsum(values) >= level)])

    pool = layer((2, 2, 0))
    pool._uniform = lambda shape: tf.constant(draws)  # type: ignore[method-assign]
    got = pool(image[np.newaxis, ..., np.newaxis], training=True).numpy()[0, ..., 0]
    np.testing.assert_allclose(got, pooled(image, (2, 2, 0), drawn), rtol=1e-6)


def test_training_draws_in_proportion() -> None:
    image = np.broadcast_to(np.float32([[0, 1], [3, 0]]), (4000, 2, 2))[..., np.newaxis]
    keras.utils.set_random_seed(0)
    top = layer((2, 2, 0))(image, training=True).numpy()
    assert set(np.unique(top)) == {1, 3}
    np.testing.assert_allclose((top == 3).mean(), 0.75, atol=0.03)


def test_a_window_of_zeros_gives_zero() -> None:
    zeros = np.zeros((1, 4, 4, 1), np.float32)
    for training in (False, True):
        assert not layer((2, 2, 0))(zeros, training=training).numpy().any()


def drawn(replica: int = 0, replicas: int = 1, number: int = 3) -> np.ndarray:
    """Return a replica's share of the drawn values, in a run."""
    model = net_of(NET, "TRAIN").model
    first, end = (first_row(SHAPE[0], each, replicas) for each in (replica, replica + 1))
    with step(Step(tf.constant(number, tf.int64), 17, replica, replicas)):
        return model({"bottom0": VALUES[first:end]}, training=True)["top0"].numpy()


@pytest.mark.parametrize("replicas", [2, 4])
def test_replicas_draw_what_one_draws(replicas: int) -> None:
    shares = [drawn(replica, replicas) for replica in range(replicas)]
    np.testing.assert_array_equal(np.concatenate(shares), drawn())


def test_each_pass_draws_anew() -> None:
    assert (drawn(number=3) != drawn(number=4)).any()
    np.testing.assert_array_equal(drawn(number=3), drawn(number=3))


def test_the_gradient_goes_to_the_drawn_value() -> None:
    with step(Step(tf.constant(3, tf.int64), 17, 0, 1)):
        run = run_layer(NET, [VALUES], top_grads=[np.ones((6, 3, 3, 4))])
    grad = run.bottom_grads[0]
    assert grad is not None
    assert set(np.unique(grad)) == {0, 1}
    np.testing.assert_array_equal(np.sort(VALUES[grad == 1]), np.sort(run.tops[0].ravel()))


def test_gradients_outside_training() -> None:
    check_gradients(gradient_case(NET, [VALUES + 0.1], phase="TEST"))
