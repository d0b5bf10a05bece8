"""Tests of EuclideanLoss against real Caffe and against its formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(2)
A, B = RNG.normal(size=(2, 5, 3, 2, 2)).astype(np.float32)


def test_gives_caffes_figures() -> None:
    check_case("euclidean")


@pytest.mark.parametrize("target", [(5, 3, 2, 2), (5, 12), (5, 2, 6)])
def test_divides_by_twice_the_rows_whatever_the_shape(target: tuple[int, ...]) -> None:
    net = one_layer('type: "EuclideanLoss" loss_weight: 3', A.shape, target)
    run = run_layer(net, [A, B.reshape(target)])
    np.testing.assert_allclose(run.tops[0], np.square(A - B).sum() / 10, rtol=1e-5)
    np.testing.assert_allclose(run.bottom_grads[0], 3 * (A - B) / 5, rtol=1e-4, atol=1e-6)
    wanted = (3 * (B - A) / 5).reshape(target)
    np.testing.assert_allclose(run.bottom_grads[1], wanted, rtol=1e-4, atol=1e-6)


def test_takes_one_value_for_each_row() -> None:
    net = one_layer('type: "EuclideanLoss"', (4,), (4, 1))
    run = run_layer(net, [[1, 2, 3, 4], [[1], [2], [3], [2]]])
    np.testing.assert_allclose(run.tops[0], 0.5)


@pytest.mark.parametrize("target", [(5, 11), (4, 3, 2, 2), (10, 6)])
def test_refuses_bottoms_of_different_size(target: tuple[int, ...]) -> None:
    with pytest.raises(OwltfError, match=r"must agree in rows.*\(5, 3, 2, 2\) and ") as raised:
        net_of(one_layer('type: "EuclideanLoss"', A.shape, target))
    assert str(target) in str(raised.value)


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(one_layer('type: "EuclideanLoss"', (4, 3), (4, 3, 1))), tmp_path)


def test_replicas_have_the_figures_of_one() -> None:
    net = one_layer('type: "EuclideanLoss" loss_weight: 2', A.shape, B.shape)
    arrays = {"bottom0": A, "bottom1": B}
    one, many = run_replicas(net, arrays, 1), run_replicas(net, arrays, 2)
    for top in many.tops["top0"]:
        np.testing.assert_allclose(top, one.tops["top0"][0], rtol=1e-6)
    for name in arrays:
        np.testing.assert_allclose(many.grads[name], one.grads[name], rtol=1e-5)
