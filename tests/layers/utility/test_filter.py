"""Filter against Caffe and against NumPy, over replicas, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, check_gradients, gradient_case, one_layer, save_and_load
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(0)
X = RNG.standard_normal((5, 3, 2)).astype(np.float32)
Y = RNG.standard_normal((5,)).astype(np.float32)
SELECTOR = np.array([0, 1, -2, 0, 0.5])
NET = one_layer('type: "Filter"', X.shape, Y.shape, (5, 1, 1, 1), tops=2)


def test_gives_caffes_figures() -> None:
    check_case("filter")


def test_keeps_the_rows_whose_selector_is_not_zero() -> None:
    bottoms = [X, Y, SELECTOR.reshape(5, 1, 1, 1)]
    case = gradient_case(NET, bottoms, skip=["bottom_grad/2"])
    for top, bottom in zip(case.run().tops, (X, Y), strict=True):
        np.testing.assert_array_equal(top, bottom[SELECTOR != 0])
    check_gradients(case)


def test_rows_that_are_left_out_have_a_gradient_of_zero() -> None:
    top_grads = [np.ones((3, 3, 2)), np.ones(3)]
    run = run_layer(NET, [X, Y, SELECTOR.reshape(5, 1, 1, 1)], top_grads=top_grads)
    np.testing.assert_array_equal(run.bottom_grads[1], SELECTOR != 0)
    assert run.bottom_grads[2] is None


def test_may_leave_no_row() -> None:
    net = one_layer('type: "Filter"', X.shape, (5,))
    run = run_layer(net, [X, np.zeros(5)], top_grads=[np.zeros((0, 3, 2))])
    assert run.tops[0].shape == (0, 3, 2)
    np.testing.assert_array_equal(run.bottom_grads[0], np.zeros_like(X))


def test_of_a_blob_after_a_convolution() -> None:
    net = net_of("""
        layer { name: "x" type: "Input" top: "x" top: "selector"
          input_param { shape { dim: 2 dim: 3 dim: 4 dim: 5 } shape { dim: 2 } } }
        layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
          convolution_param { num_output: 6 kernel_size: 1 weight_filler { type: "xavier" } } }
        layer { name: "filter" type: "Filter" bottom: "conv" bottom: "selector" top: "top" }
    """)
    x = RNG.standard_normal((2, 3, 4, 5))
    blobs = net.forward({"x": x, "selector": np.array([0, 1])}, ["conv", "top"])
    np.testing.assert_array_equal(blobs["top"], blobs["conv"][1:])


def test_a_loss_over_replicas_counts_the_rows_that_are_left() -> None:
    net = """
        layer { name: "x" type: "Input" top: "x" top: "y" top: "selector"
          input_param { shape { dim: 5 dim: 3 } shape { dim: 5 dim: 3 } shape { dim: 5 } } }
        layer { name: "filter" type: "Filter" bottom: "x" bottom: "y" bottom: "selector"
          top: "a" top: "b" }
        layer { name: "loss" type: "EuclideanLoss" bottom: "a" bottom: "b" top: "loss" }
    """
    arrays = {"x": X[..., 0], "y": X[..., 1], "selector": SELECTOR}
    one, many = run_replicas(net, arrays, 1), run_replicas(net, arrays, 3)
    kept = (X[..., 0] - X[..., 1])[SELECTOR != 0]
    wanted = np.square(kept).sum() / 2 / 3
    for top in (*one.tops["loss"], *many.tops["loss"]):
        np.testing.assert_allclose(top, wanted, rtol=1e-5)
    np.testing.assert_allclose(many.grads["x"], one.grads["x"], rtol=1e-5)


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (one_layer('type: "Filter"', (5, 3), (5,), tops=2), "a top of each bottom but the last"),
        (one_layer('type: "Filter"', (5, 3), (5, 2)), r"needs one selector a row, got \(5, 2\)"),
        (one_layer('type: "Filter"', (4, 3), (5,)), "must have the rows of the selector"),
    ],
)
def test_refuses_what_does_not_fit(net: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        net_of(net)


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(one_layer('type: "Filter"', X.shape, (5,))), tmp_path)
