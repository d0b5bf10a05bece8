"""TensorFlow Lite computes what TensorFlow does, with the weights of when it was asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.net import lite_form as module
from owltf.net.lite_form import lite_form, lite_seconds, may_be_lite

WEIGHT = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
SPECS = [tf.TensorSpec((2, 2), name="b/x"), tf.TensorSpec((1, 2), name="a")]
ARRAYS = [np.float32([[1, 2], [3, 4]]), np.float32([[5, 6]])]


def function(tensors: Any) -> list[Any]:
    """Return results in another order than they are made in."""
    matrix, row = tensors
    first = matrix @ WEIGHT
    return [first + row, tf.nn.relu(first), tf.reduce_sum(matrix, 1)]


def test_results_keep_their_order() -> None:
    found = lite_form(function, SPECS)(ARRAYS)
    wanted = function([tf.constant(each) for each in ARRAYS])
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_an_array_is_the_callers() -> None:
    run = lite_form(function, SPECS)
    run(ARRAYS)[0][:] = 7
    np.testing.assert_allclose(run(ARRAYS)[0], ARRAYS[0] @ WEIGHT.numpy() + ARRAYS[1])


def test_an_argument_is_no_result() -> None:
    with pytest.raises(KeyError):
        lite_form(lambda tensors: [*tensors], SPECS)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    lite_form(function, SPECS)
    assert capfd.readouterr() == ("", "")


def concrete() -> Any:
    return tf.function(function, autograph=False).get_concrete_function(SPECS)


def test_what_it_costs_goes_by_the_weights() -> None:
    assert lite_seconds(concrete()) == pytest.approx(4 * 2.7e-7)


def test_a_function_of_many_weights_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert may_be_lite(concrete())
    monkeypatch.setattr(module, "_MOST_WEIGHTS", 3)
    assert not may_be_lite(concrete())
