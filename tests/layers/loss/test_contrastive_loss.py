"""Tests of ContrastiveLoss against real Caffe and against its formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(4)
A, B = RNG.normal(size=(2, 9, 4)).astype(np.float32)
B[0] = A[0]
LABELS = np.array([0, 0, 1, 0, 1, 0, 0, 1, 0], np.float32)


def test_gives_caffes_figures() -> None:
    check_case("contrastive")


def prototxt(fields: str = "") -> str:
    return one_layer(f'type: "ContrastiveLoss" {fields}', A.shape, B.shape, LABELS.shape)


@pytest.mark.parametrize("legacy", [False, True])
def test_pushes_pairs_a_margin_apart(legacy: bool) -> None:
    margin = 3.0
    fields = f"margin: {margin} legacy_version: {str(legacy).lower()}"
    run = run_layer(
        prototxt(f"loss_weight: 2 contrastive_loss_param {{ {fields} }}"), [A, B, LABELS]
    )
    difference = (A - B).astype(np.float64)
    distance = np.linalg.norm(difference, axis=1, keepdims=True)
    gap = margin - (distance**2 if legacy else distance)
    similar = LABELS[:, None] != 0
    apart = np.maximum(gap, 0) if legacy else np.maximum(gap, 0) ** 2
    losses = np.where(similar, distance**2, apart)
    np.testing.assert_allclose(run.tops[0], losses.sum() / 18, rtol=1e-5)
    push = -1.0 if legacy else -gap / (distance + 1e-4)
    factor = np.where(similar, 1, np.where(gap > 0, push, 0))
    grad = 2 * factor * difference / 9
    np.testing.assert_allclose(run.bottom_grads[0], grad, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(run.bottom_grads[1], -grad, rtol=1e-4, atol=1e-6)
    assert run.bottom_grads[2] is None


def test_equal_rows_have_a_finite_gradient() -> None:
    run = run_layer(prototxt(), [A, A, LABELS * 0])
    np.testing.assert_allclose(run.tops[0], 0.5)
    assert not run.bottom_grads[0].any()


def test_takes_blobs_of_four_axes() -> None:
    net = one_layer('type: "ContrastiveLoss"', (9, 4, 1, 1), (9, 4), (9, 1, 1, 1))
    run = run_layer(net, [A.reshape(9, 4, 1, 1), B, LABELS.reshape(9, 1, 1, 1)])
    np.testing.assert_allclose(
        run.tops[0], run_layer(prototxt(), [A, B, LABELS]).tops[0], rtol=1e-6
    )


@pytest.mark.parametrize(
    "shapes",
    [
        [(9, 4), (9, 5), (9,)],
        [(9, 4), (8, 4), (9,)],
        [(9, 4), (9, 4), (9, 2)],
        [(9, 4, 2, 1), (9, 4, 2, 1), (9,)],
        [(9,), (9,), (9,)],
    ],
)
def test_refuses_bottoms_that_are_no_pairs(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(OwltfError, match=r"must be \(N, C\), \(N, C\) and N labels; got"):
        net_of(one_layer('type: "ContrastiveLoss"', *shapes))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(prototxt("contrastive_loss_param { margin: 2 }")), tmp_path)


def test_replicas_have_the_figures_of_one() -> None:
    arrays = {"bottom0": A, "bottom1": B, "bottom2": LABELS}
    one, many = run_replicas(prototxt(), arrays, 1), run_replicas(prototxt(), arrays, 2)
    for top in many.tops["top0"]:
        np.testing.assert_allclose(top, one.tops["top0"][0], rtol=1e-6)
    for name in ("bottom0", "bottom1"):
        np.testing.assert_allclose(many.grads[name], one.grads[name], rtol=1e-5, atol=1e-8)
