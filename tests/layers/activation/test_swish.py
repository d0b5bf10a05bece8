"""Swish against Caffe and against NumPy."""

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

from owltf.testing import net_of

X = np.random.default_rng(0).standard_normal((3, 4))


def swish(beta: float) -> str:
    return one_layer(f'type: "Swish" swish_param {{ beta: {beta} }}', X.shape)


def test_gives_caffes_figures() -> None:
    check_case("swish")


@pytest.mark.parametrize("beta", [1, 2.5, -1, 0])
def test_is_x_times_a_sigmoid(beta: float) -> None:
    case = gradient_case(swish(beta), [X])
    assert_close(case.run().tops[0], X / (1 + np.exp(-beta * X)))
    check_gradients(case)


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(swish(2)), tmp_path)
