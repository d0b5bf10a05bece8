"""Reduction against Caffe and against NumPy, and over replicas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from channels_last import run_after_convolution
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

X = np.random.default_rng(0).standard_normal((5, 3, 4, 2))

OPERATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "SUM": lambda rows: rows.sum(-1),
    "ASUM": lambda rows: np.abs(rows).sum(-1),
    "SUMSQ": lambda rows: np.square(rows).sum(-1),
    "MEAN": lambda rows: rows.mean(-1),
}


def reduction(fields: str, shape: tuple[int, ...] = X.shape) -> str:
    return one_layer(f'type: "Reduction" reduction_param {{ {fields} }}', shape)


@pytest.mark.parametrize(
    "name", ["reduction_asum", "reduction_mean", "reduction_sum", "reduction_sumsq"]
)
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("axis", [0, 1, 2, 3, -1, -4])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_reduces_the_axes_from_one_on(operation: str, axis: int) -> None:
    net = reduction(f"operation: {operation} axis: {axis} coeff: -1.5")
    case = gradient_case(net, [X])
    shape = X.shape[: axis % 4]
    wanted = -1.5 * OPERATIONS[operation](X.reshape(*shape, -1))
    assert_close(case.run().tops[0], wanted)
    check_gradients(case)
    assert net_of(net).blob_shapes["top0"] == shape


@pytest.mark.parametrize("axis", range(4))
def test_of_a_blob_after_a_convolution(axis: int) -> None:
    fields = f'type: "Reduction" reduction_param {{ axis: {axis} }}'
    conv, top = run_after_convolution(fields)
    np.testing.assert_allclose(top, conv.sum(tuple(range(axis, 4))), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_replicas_have_the_figures_of_one(operation: str) -> None:
    net = one_layer(
        f'type: "Reduction" loss_weight: 2 reduction_param {{ operation: {operation} }}', X.shape
    )
    one, many = (run_replicas(net, {"bottom0": X}, count) for count in (1, 3))
    for top in many.tops["top0"]:
        np.testing.assert_allclose(top, one.tops["top0"][0], rtol=1e-5)
    np.testing.assert_allclose(many.grads["bottom0"], one.grads["bottom0"], rtol=1e-5)


def test_the_slope_of_the_absolute_sum_at_zero_is_zero() -> None:
    run = run_layer(reduction("operation: ASUM", (1, 3)), [[[-2, 0, 2]]], top_grads=[3])
    np.testing.assert_array_equal(run.bottom_grads[0], [[-3, 0, 3]])


def test_refuses_an_axis_that_is_not_there() -> None:
    with pytest.raises(OwltfError, match="axis 4 is out of range"):
        net_of(reduction("axis: 4"))


@pytest.mark.parametrize("axis", [0, 1, 3])
def test_is_saved_and_loaded(axis: int, tmp_path: Path) -> None:
    save_and_load(net_of(reduction(f"operation: MEAN axis: {axis}")), tmp_path)
