"""Power against Caffe, and its special cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)

from owltf.testing import net_of, run_layer


def power(fields: str, *shape: int) -> str:
    return one_layer(f'type: "Power" power_param {{ {fields} }}', shape)


def test_power_gives_caffes_figures() -> None:
    check_case("power")


@pytest.mark.parametrize(
    ("fields", "exponent", "scale", "shift"),
    [
        ("", 1, 1, 0),
        ("scale: -2", 1, -2, 0),
        ("shift: 3", 1, 1, 3),
        ("power: 2 scale: 0.5 shift: -1", 2, 0.5, -1),
        ("power: -1 shift: 8", -1, 1, 8),
        ("power: 3", 3, 1, 0),
        ("power: 0.5 scale: 0.1 shift: 2", 0.5, 0.1, 2),
    ],
)
def test_power_by_its_formula(fields: str, exponent: float, scale: float, shift: float) -> None:
    bottom = np.random.default_rng(0).standard_normal((2, 3, 4))
    case = gradient_case(power(fields, *bottom.shape), [bottom])
    assert_close(case.run().tops[0], (shift + scale * bottom) ** exponent)
    check_gradients(case)


@pytest.mark.parametrize(
    ("fields", "value"),
    [("power: 0", 1), ("scale: 0 shift: 3", 3), ("power: 2 scale: 0 shift: -3", 9)],
)
def test_without_x_the_top_is_constant_and_the_gradient_0(fields: str, value: float) -> None:
    bottom = np.array([[0, -1, np.inf]])
    run = run_layer(power(fields, 1, 3), [bottom], top_grads=[np.ones((1, 3))])
    np.testing.assert_array_equal(run.tops[0], np.full((1, 3), value))
    np.testing.assert_array_equal(run.bottom_grads[0], np.zeros((1, 3)))


def test_power_is_saved(tmp_path: Path) -> None:
    save_and_load(net_of(power("power: 2 scale: 0.5 shift: 1", 2, 3)), tmp_path)
