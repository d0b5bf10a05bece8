"""The policies against Caffe's formulas in plain Python."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.solvers.learning_rate import POLICIES, LearningRate

ITERATIONS = [0, 1, 2, 7, 12, 13, 99, 100, 101, 4999]
BASE = 0.03
GAMMA = 0.97


def schedule(policy: str, **fields: Any) -> LearningRate:
    parameter = load_schema().message("SolverParameter")(base_lr=BASE, lr_policy=policy, **fields)
    return POLICIES[policy].from_solver(parameter)


@pytest.mark.parametrize(
    ("policy", "fields", "formula"),
    [
        ("fixed", {}, lambda i: BASE),
        ("step", {"gamma": GAMMA, "stepsize": 7}, lambda i: BASE * GAMMA ** (i // 7)),
        ("exp", {"gamma": GAMMA}, lambda i: BASE * GAMMA**i),
        ("inv", {"gamma": 0.1, "power": 0.75}, lambda i: BASE * (1 + 0.1 * i) ** -0.75),
        (
            "multistep",
            {"gamma": GAMMA, "stepvalue": [2, 13, 100]},
            lambda i: BASE * GAMMA ** sum(value <= i for value in (2, 13, 100)),
        ),
        ("poly", {"power": 2, "max_iter": 5000}, lambda i: BASE * (1 - i / 5000) ** 2),
        (
            "sigmoid",
            {"gamma": -0.01, "stepsize": 100},
            lambda i: BASE / (1 + math.exp(0.01 * (i - 100))),
        ),
    ],
)
def test_formula(policy: str, fields: dict, formula: Callable[[int], float]) -> None:
    rate = schedule(policy, **fields)
    got = [float(rate(iteration)) for iteration in ITERATIONS]
    # float32 fields of the message cost a few parts in 10^7 an iteration for exp.
    np.testing.assert_allclose(got, [formula(i) for i in ITERATIONS], rtol=2e-4, atol=1e-30)


@pytest.mark.parametrize("values", [[3, 3, 3], [4, 2], [0, 0, 9, 1], [-5, 1], [2, 5, 5, 6]])
def test_multistep_passes_one_value_an_iteration_as_caffe(values: list[int]) -> None:
    rate, passed = schedule("multistep", gamma=0.5, stepvalue=values), 0
    for iteration in range(12):
        if passed < len(values) and iteration >= values[passed]:
            passed += 1
        assert rate.current_step(iteration) == passed
        assert float(rate(iteration)) == pytest.approx(BASE * 0.5**passed)


def test_multistep_without_values_is_fixed() -> None:
    assert float(schedule("multistep", gamma=0.5)(1000)) == pytest.approx(BASE)


def test_steps_that_a_solverstate_keeps() -> None:
    assert schedule("step", gamma=1, stepsize=7).current_step(20) == 2
    assert schedule("multistep", gamma=1, stepvalue=[2, 13]).current_step(13) == 2
    assert schedule("fixed").current_step(99) == 0


@pytest.mark.parametrize(("policy", "field"), [("step", "stepsize"), ("poly", "max_iter")])
def test_fields_that_must_be_positive(policy: str, field: str) -> None:
    with pytest.raises(OwltfError, match=f"lr_policy '{policy}' needs {field} above 0, got 0"):
        schedule(policy)


def test_any_keras_optimizer_takes_one_and_saves_it() -> None:
    rate = schedule("inv", gamma=0.1, power=0.75)
    optimizer = keras.optimizers.Adam(rate)
    again = keras.optimizers.Adam.from_config(optimizer.get_config())
    assert float(again.learning_rate) == pytest.approx(BASE)
