"""The quicker of two forms is taken, if it gives the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import tensorflow as tf

from owltf.net import quickest
from owltf.net.quickest import Quickest, is_pure


def taking(seconds: float, value: float) -> Callable[[Sequence[Any]], Sequence[Any]]:
    def run(tensors: Sequence[Any]) -> Sequence[Any]:
        time.sleep(seconds)
        return (tensors[0] + value,)

    return run


def chosen(plain: Any, other: Any) -> Any:
    """Return the form that is taken after the trial."""
    form = Quickest(plain, lambda: other)
    for _ in range(quickest._CALLS_BEFORE):
        assert form._chosen is None
        assert form([tf.constant(1.0)])[0].numpy() == 3
    return form._chosen


def test_the_quicker_one_is_taken() -> None:
    slow, quick = taking(2e-3, 2), taking(0, 2)
    assert chosen(slow, quick) is quick
    assert chosen(quick, slow) is quick


def test_other_figures_are_not_taken() -> None:
    slow = taking(2e-3, 2)
    assert chosen(slow, taking(0, 2.001)) is slow


def test_a_function_that_takes_long_is_left_as_it_is() -> None:
    slow = taking(1.5 * quickest._SMALL_S, 2)
    assert chosen(slow, taking(0, 2)) is slow


def test_what_xla_cannot_compile_is_left_as_it_is() -> None:
    def refuse() -> Any:
        raise tf.errors.InvalidArgumentError(None, None, "no such operation")

    plain = taking(0, 2)
    form = Quickest(plain, refuse)
    for _ in range(quickest._CALLS_BEFORE):
        form([tf.constant(1.0)])
    assert form._chosen is plain


VARIABLE = tf.Variable(1.0)


@pytest.mark.parametrize(
    ("function", "pure"),
    [
        (lambda x: x * VARIABLE, True),
        (lambda x: x + tf.random.uniform(()), False),
        (lambda x: x + VARIABLE.assign_add(1.0), False),
        (lambda x: tf.debugging.check_numerics(x, "no number"), False),
        (lambda x: x if tf.debugging.Assert(x > 0, [x]) is None else tf.identity(x), False),
    ],
)
def test_what_may_run_in_another_form(function: Any, pure: bool) -> None:
    traced = tf.function(function, autograph=False)
    assert is_pure(traced.get_concrete_function(tf.TensorSpec(()))) is pure
