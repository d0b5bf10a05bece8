"""run_layer: one layer forward and backward, all in Caffe's order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

INPUT = 'layer {{ name: "{0}" type: "Input" top: "{0}" input_param {{ shape {{ {1} }} }} }}\n'
X = INPUT.format("x", "dim: 2 dim: 3 dim: 4 dim: 4")
LABEL = INPUT.format("label", "dim: 2")
PRODUCT = (
    X
    + """
layer { name: "layer" type: "InnerProduct" bottom: "x" top: "y"
  inner_product_param { num_output: 5 weight_filler { type: "constant" value: 0.5 } } }
"""
)
LOSS = (
    INPUT.format("x", "dim: 2 dim: 3")
    + LABEL
    + 'layer { name: "layer" type: "SoftmaxWithLoss" bottom: "x" bottom: "label" loss_weight: 3 }'
)
RNG = np.random.default_rng(0)
ARRAY = RNG.normal(size=(2, 3, 4, 4)).astype(np.float32)


def test_everything_has_caffes_shape() -> None:
    weights = [RNG.normal(size=(5, 48)).astype(np.float32), np.ones(5, np.float32)]
    grad = RNG.normal(size=(2, 5)).astype(np.float32)
    run = run_layer(PRODUCT, [ARRAY], params=weights, top_grads=[grad])
    flat = ARRAY.reshape(2, 48)
    np.testing.assert_allclose(run.tops[0], flat @ weights[0].T + 1, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        run.bottom_grads[0], (grad @ weights[0]).reshape(ARRAY.shape), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(run.param_grads[0], grad.T @ flat, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(run.param_grads[1], grad.sum(0), rtol=1e-4, atol=1e-5)
    for before, after in zip(weights, run.params_after, strict=True):
        np.testing.assert_array_equal(before, after)


def test_without_params_the_fillers_count() -> None:
    run = run_layer(PRODUCT, [ARRAY], top_grads=[np.ones((2, 5))])
    np.testing.assert_array_equal(run.params_after[0], np.full((5, 48), 0.5, np.float32))


def test_a_loss_is_its_own_seed() -> None:
    scores, labels = np.zeros((2, 3), np.float32), np.array([0, 2])
    run = run_layer(LOSS, [scores, labels])
    wanted = 3 * (np.full((2, 3), 1 / 3) - np.eye(3)[labels]) / 2
    np.testing.assert_allclose(run.tops[0], np.log(3), rtol=1e-6)
    np.testing.assert_allclose(run.bottom_grads[0], wanted, rtol=1e-6)
    assert run.bottom_grads[1] is None


def test_the_phase_counts() -> None:
    text = X + 'layer { name: "layer" type: "Dropout" bottom: "x" top: "y" }'
    run = run_layer(text, [ARRAY], top_grads=[ARRAY], phase="TEST")
    np.testing.assert_array_equal(run.tops[0], ARRAY)
    dropped = run_layer(text, [ARRAY], top_grads=[ARRAY]).tops[0] == 0
    assert 0 < dropped.mean() < 1


def test_a_net_is_a_path_or_text(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(PRODUCT)
    for net in (PRODUCT, path, str(path)):
        assert net_of(net).blob_shapes == {"x": (2, 3, 4, 4), "y": (2, 5)}


@pytest.mark.parametrize(
    ("bottoms", "params", "what"),
    [
        ([ARRAY, ARRAY], (), r"has the bottoms \['x'\], got 2 arrays"),
        ([ARRAY], [np.zeros((5, 3))], "has parameters of shapes"),
    ],
)
def test_arrays_that_do_not_fit(
    bottoms: list[np.ndarray], params: list[np.ndarray], what: str
) -> None:
    with pytest.raises(OwltfError, match=what):
        run_layer(PRODUCT, bottoms, params=params, top_grads=[np.ones((2, 5))])
