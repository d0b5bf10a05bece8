"""Gradients of layers in a row; tests/net/test_segment.py compares them with Caffe's."""

from __future__ import annotations

import numpy as np
import pytest
from small_nets import build, inner_product, input_text

from owltf.net.net import Net

X = np.random.default_rng(6).normal(size=(4, 2)).astype(np.float32)
SUM = 'layer { name: "sum" type: "Reduction" bottom: "y" top: "sum" loss_weight: 1 }\n'
NORM = input_text("x", 4, 2) + 'layer { name: "n" type: "BatchNorm" bottom: "x" top: "y" }\n' + SUM


def assert_same(net: Net, params: dict[str, list[np.ndarray]]) -> None:
    for name, arrays in net.get_params().items():
        for array, wanted in zip(arrays, params[name], strict=True):
            np.testing.assert_array_equal(array, wanted)


def test_statistics_stay_as_they_are() -> None:
    net = build(NORM)
    part, start = net.segment(), net.get_params()
    grads = part.backward({"x": X})
    assert_same(net, start)
    assert not any(grad.any() for grad in grads.params["n"])
    part.forward({"x": X})
    moved = net.get_params()
    assert np.abs(moved["n"][0] - start["n"][0]).max() > 0
    part.backward({"x": X})
    assert_same(net, moved)


def test_a_shared_parameter_has_the_gradient_of_all_its_layers() -> None:
    share = 'param { name: "w" } param { name: "b" }'
    net = build(
        input_text("x", 4, 2)
        + inner_product("one", "x", "h", share, outputs=2)
        + inner_product("two", "h", "y", share, outputs=2)
        + SUM
    )
    grads = net.segment().backward({"x": X}).params
    weight, bias = net.get_params()["one"]
    hidden = X @ weight.T + bias
    ones = np.ones((4, 2))
    wanted = ones.T @ hidden + (ones @ weight).T @ X
    for layer in ("one", "two"):
        np.testing.assert_allclose(grads[layer][0], wanted, rtol=1e-5)


def test_rows_that_are_looked_up_have_a_dense_gradient() -> None:
    net = build(
        input_text("x", 4)
        + 'layer { name: "e" type: "Embed" bottom: "x" top: "y" embed_param { num_output: 2 '
        + 'input_dim: 3 bias_term: false weight_filler { type: "xavier" } } }\n'
        + SUM
    )
    grads = net.segment().backward({"x": np.array([0, 2, 2, 0])})
    np.testing.assert_array_equal(grads.params["e"][0], [[2, 2], [0, 0], [2, 2]])


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_layers_are_those_of_the_phase(phase: str) -> None:
    net = build(NORM, phase)
    net.set_params({"n": [np.zeros(2), np.full(2, 4), np.ones(1)]})
    grads = net.segment().backward({"x": X}, {"y": np.eye(4, 2), "sum": np.float32(0)})
    if phase == "TEST":
        np.testing.assert_allclose(grads.blobs["x"], np.eye(4, 2) / 2, rtol=1e-4)
    else:
        np.testing.assert_allclose(grads.blobs["x"].sum(0), [0, 0], atol=1e-5)
