"""The quickest of several forms is taken, if it gives the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.net import quickest
from owltf.net.quickest import Form, Quickest, is_pure

ONE = [np.float32([1])]


class Clock:
    """A clock that forms move on by the time that they take."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def taking(self, seconds: float, value: float = 2) -> Callable[[Sequence[Any]], Sequence[Any]]:
        """Return a form that adds a value to its argument."""

        def run(arrays: Sequence[Any]) -> Sequence[Any]:
            self.now += seconds
            return [arrays[0] + np.float32(value)]

        return run


CLOCK = Clock()
SLOW, QUICK, QUICKER = (CLOCK.taking(seconds) for seconds in (2e-3, 1e-3, 1e-4))


def tried(plain: Any, *others: Form) -> Quickest:
    """Return a function after as many calls as a trial needs."""
    function = Quickest(plain, others, CLOCK)
    for _ in range(quickest._CALLS_BEFORE):
        assert function._chosen is None
        assert function(ONE)[0].tolist() == [3]
    return function


def form(run: Any, **about: Any) -> Form:
    return Form(lambda: run, **about)


def test_the_quickest_one_is_taken() -> None:
    assert tried(SLOW, form(QUICK), form(QUICKER))._chosen is QUICKER
    assert tried(SLOW, form(QUICKER), form(QUICK))._chosen is QUICKER
    assert tried(QUICK, form(SLOW), form(CLOCK.taking(0.95e-3)))._chosen is QUICK


def test_other_figures_are_not_taken() -> None:
    assert tried(SLOW, form(CLOCK.taking(1e-4, 2.001)))._chosen is SLOW


def test_a_form_for_small_nets_is_left_out_for_others() -> None:
    assert tried(SLOW, form(QUICK, most_seconds=1e-3))._chosen is SLOW
    assert tried(SLOW, form(QUICK, most_seconds=3e-3))._chosen is QUICK


def test_a_costly_form_waits_until_the_calls_took_a_quarter_of_it() -> None:
    costly = form(QUICK, cost_s=quickest._FREE_S + quickest._PATIENCE * 0.1)
    function = Quickest(SLOW, [costly], CLOCK)
    calls = 0
    while function._chosen is None:
        function(ONE)
        calls += 1
    assert function._chosen is QUICK
    assert calls == pytest.approx(0.1 / 2e-3, abs=1)


def test_the_wait_for_a_costly_form_begins_again_when_weights_change() -> None:
    costly = form(QUICK, cost_s=quickest._FREE_S + quickest._PATIENCE * 0.1)
    function = Quickest(SLOW, [costly], CLOCK)
    for version in (0, 1):
        for _ in range(40):
            function(ONE, version)
    assert function._chosen is None


def test_a_form_that_cannot_be_had_is_left_out() -> None:
    def refuse() -> Any:
        raise tf.errors.InvalidArgumentError(None, None, "no such operation")

    assert tried(SLOW, Form(refuse), form(QUICK))._chosen is QUICK


def test_a_function_without_other_forms_runs_as_it_is() -> None:
    assert Quickest(SLOW)._chosen is SLOW


def test_a_form_that_holds_weights_goes_when_they_change() -> None:
    function = tried(SLOW, form(QUICK, holds_weights=True))
    for version in range(1, quickest._TRIALS + 1):
        assert function._chosen is QUICK
        for _ in range(quickest._CALLS_BEFORE):
            function(ONE, version)
    assert function._chosen is SLOW


def test_a_form_that_reads_the_weights_stays_when_they_change() -> None:
    function = tried(SLOW, form(QUICK))
    function(ONE, 1)
    assert function._chosen is QUICK


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
