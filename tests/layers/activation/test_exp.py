"""Exp against Caffe and against NumPy, and its errors."""

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

from owltf.errors import OwltfError
from owltf.testing import net_of

X = np.random.default_rng(0).standard_normal((3, 4))


def exponential(fields: str) -> str:
    return one_layer(f'type: "Exp" exp_param {{ {fields} }}', X.shape)


def test_gives_caffes_figures() -> None:
    check_case("exp_base2")


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("", np.exp(X)),
        ("base: -1 scale: 0.5 shift: 2", np.exp(2 + 0.5 * X)),
        ("base: 0.5", 0.5**X),
        ("base: 10 shift: -1 scale: -2", 10 ** (-1 - 2 * X)),
        ("base: 3 scale: 0 shift: 2", np.full(X.shape, 9)),
    ],
)
def test_is_a_power_of_the_base(fields: str, wanted: np.ndarray) -> None:
    case = gradient_case(exponential(fields), [X])
    assert_close(case.run().tops[0], wanted)
    check_gradients(case)


@pytest.mark.parametrize("base", ["0", "-2"])
def test_refuses_a_base_that_is_not_positive(base: str) -> None:
    with pytest.raises(OwltfError, match=f"base must be positive, or -1 for e; got {base}"):
        net_of(exponential(f"base: {base}"))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(exponential("base: 2 scale: 3 shift: 1")), tmp_path)
