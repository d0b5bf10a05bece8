"""Embed against Caffe and against NumPy, in a solver's update, and its errors."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracle_case import assert_close, check_case, check_gradients, gradient_case, one_layer

from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.solvers.sgd import SGD
from owltf.testing import LAYER, net_of, run_layer

RNG = np.random.default_rng(0)
KERNEL, BIAS = RNG.standard_normal((7, 4)), RNG.standard_normal(4)


def embed(fields: str = "num_output: 4 input_dim: 7", *shape: int) -> str:
    return one_layer(f'type: "Embed" embed_param {{ {fields} }}', shape or (3, 2))


def test_gives_caffes_figures() -> None:
    check_case("embed")


@pytest.mark.parametrize("shape", [(6,), (3, 2), (3, 2, 1, 1)])
def test_adds_an_axis(shape: tuple[int, ...]) -> None:
    numbers = RNG.integers(0, 7, shape)
    net = embed("num_output: 4 input_dim: 7", *shape)
    case = gradient_case(net, [numbers], params=[KERNEL, BIAS], skip=["bottom_grad/0"])
    run = case.run()
    assert_close(run.tops[0], KERNEL[numbers] + BIAS)
    check_gradients(case, run)
    assert run.bottom_grads == [None]
    assert net_of(net).blob_shapes["top0"] == (*shape, 4)


def test_may_have_no_bias() -> None:
    net = net_of(embed("num_output: 4 input_dim: 7 bias_term: false"))
    assert [param.shape for param in net.params] == [(7, 4)]


def test_a_solver_updates_the_rows() -> None:
    net = net_of(embed(), "TRAIN")
    net.set_params({LAYER: [KERNEL, BIAS]})
    solver = SGD(0.5, momentum=0.9, weight_decay=0.1)
    variables = [param.variable for param in net.params]
    solver.build(variables)
    with tf.GradientTape() as tape:
        top = net.model({"bottom0": tf.constant([[1.0, 1], [5, 1], [0, 0]])})["top0"]
        total = tf.reduce_sum(top)
    solver.apply(tape.gradient(total, [each.value for each in variables]))
    grad = np.outer([2, 3, 0, 0, 0, 1, 0], np.ones(4)) + 0.1 * KERNEL
    np.testing.assert_allclose(net.get_params()[LAYER][0], KERNEL - 0.5 * grad, rtol=1e-5)


@pytest.mark.parametrize("number", [-1, 7])
def test_a_number_without_a_row_is_told_in_one_line(number: int) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        run_layer(embed(), [[[0, number], [0, 0], [0, 0]]])
    message = user_message(raised.value)
    assert message is not None
    assert message.startswith("Embed layer 'layer' (")
    assert f"row {number} is out of range: it must be from 0 to 6, as there are 7 rows" in message


@pytest.mark.parametrize("fields", ["num_output: 4", "input_dim: 7"])
def test_needs_both_sizes(fields: str) -> None:
    with pytest.raises(OwltfError, match="num_output and input_dim must be at least 1, got"):
        net_of(embed(fields))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    net = net_of(embed())
    net.set_params({LAYER: [KERNEL, BIAS]})
    net.model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    feeds = {"bottom0": tf.constant([[1.0, 1], [5, 1], [0, 0]])}
    np.testing.assert_array_equal(loaded(feeds)["top0"], net.model(feeds)["top0"])
