"""Tests of SigmoidCrossEntropyLoss against real Caffe and against its formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(3)
SCORES = RNG.normal(size=(5, 4, 2)).astype(np.float32) * 4
TARGETS = RNG.choice(np.array([0, 0.25, 1, 2.5], np.float32), SCORES.shape)
# 2.5, cut to a whole number, is 2.
COUNTED = TARGETS != 2.5


@pytest.mark.parametrize("name", ["sigmoidce", "sigmoidce_ignore"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


def prototxt(fields: str = "") -> str:
    return one_layer(f'type: "SigmoidCrossEntropyLoss" {fields}', SCORES.shape, TARGETS.shape)


@pytest.mark.parametrize(
    ("loss_param", "divisor"),
    [
        ("", 5),
        ("normalization: VALID", int(COUNTED.sum())),
        ("normalization: FULL", COUNTED.size),
        ("normalization: BATCH_SIZE", 5),
        ("normalization: NONE", 1),
        ("normalize: true", int(COUNTED.sum())),
        ("normalize: false", 5),
        ("normalize: true normalization: FULL", COUNTED.size),
    ],
)
def test_divides_as_normalization_says(loss_param: str, divisor: int) -> None:
    net = prototxt(f"loss_weight: 0.5 loss_param {{ ignore_label: 2 {loss_param} }}")
    run = run_layer(net, [SCORES, TARGETS])
    x = SCORES.astype(np.float64)
    losses = np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0) - x * TARGETS
    np.testing.assert_allclose(run.tops[0], (losses * COUNTED).sum() / divisor, rtol=1e-5)
    grad = 0.5 * (1 / (1 + np.exp(-x)) - TARGETS) * COUNTED / divisor
    np.testing.assert_allclose(run.bottom_grads[0], grad, rtol=1e-4, atol=1e-6)
    assert run.bottom_grads[1] is None


def test_large_scores_stay_finite() -> None:
    net = one_layer('type: "SigmoidCrossEntropyLoss"', (1, 3), (1, 3))
    run = run_layer(net, [[[-1e4, 1e4, 0.0]], [[0, 0, 1]]])
    np.testing.assert_allclose(run.tops[0], 1e4 + np.log(2), rtol=1e-6)
    np.testing.assert_allclose(run.bottom_grads[0], [[0, 1, -0.5]])


def test_targets_may_have_another_shape() -> None:
    net = one_layer('type: "SigmoidCrossEntropyLoss"', SCORES.shape, (5, 8))
    other = run_layer(net, [SCORES, TARGETS.reshape(5, 8)])
    np.testing.assert_allclose(
        other.tops[0], run_layer(prototxt(), [SCORES, TARGETS]).tops[0], rtol=1e-6
    )


def test_refuses_targets_of_another_size() -> None:
    with pytest.raises(OwltfError, match=r"\(5, 4, 2\) and \(5, 4\)$"):
        net_of(one_layer('type: "SigmoidCrossEntropyLoss"', SCORES.shape, (5, 4)))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(prototxt("loss_param { ignore_label: 1 normalization: FULL }")), tmp_path)


@pytest.mark.parametrize("mode", ["VALID", "BATCH_SIZE"])
def test_replicas_have_the_figures_of_one(mode: str) -> None:
    net = prototxt(f"loss_param {{ ignore_label: 2 normalization: {mode} }}")
    arrays = {"bottom0": SCORES, "bottom1": TARGETS}
    one, many = run_replicas(net, arrays, 1), run_replicas(net, arrays, 2)
    for top in many.tops["top0"]:
        np.testing.assert_allclose(top, one.tops["top0"][0], rtol=1e-6)
    np.testing.assert_allclose(many.grads["bottom0"], one.grads["bottom0"], rtol=1e-5, atol=1e-8)
