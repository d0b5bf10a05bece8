"""Tests of Net, Caffe's view of a Keras model."""

from __future__ import annotations

import numpy as np
import pytest
from small_nets import SMALL, build

from owltf.errors import OwltfError
from owltf.net.net import Net

X = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)


@pytest.fixture(scope="module")
def net() -> Net:
    return build(SMALL, "TEST")


def test_forward_gives_the_outputs_or_the_blobs_asked_for(net: Net) -> None:
    assert list(net.forward({"x": X})) == ["b", "ip/a"]
    blobs = net.forward({"x": X}, ["conv", "x", "b"])
    assert [value.shape for value in blobs.values()] == [(2, 6, 2, 3), (2, 3, 4, 5), (2, 3)]
    assert blobs["conv"].min() == 0
    weight, bias = net.get_params()["ip/b"]
    wanted = blobs["conv"].reshape(2, -1) @ weight.T + bias
    np.testing.assert_allclose(blobs["b"], wanted, rtol=1e-4, atol=1e-6)


def test_takes_any_batch(net: Net) -> None:
    assert net.forward({"x": np.concatenate([X, X, X])})["b"].shape == (6, 3)


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        ({}, r"takes the inputs \['x'\]; missing: \['x'\], not among them: \[\]"),
        ({"x": X, "y": X}, r"missing: \[\], not among them: \['y'\]"),
        ({"x": X[:, :2]}, r"has shape \(2, 3, 4, 5\) \(any batch\), got \(2, 2, 4, 5\)"),
        ({"x": X[0]}, r"\(any batch\), got \(3, 4, 5\)"),
    ],
)
def test_refuses_inputs_that_do_not_fit(
    net: Net, feeds: dict[str, np.ndarray], message: str
) -> None:
    with pytest.raises(OwltfError, match=message):
        net.forward(feeds)


def test_an_unknown_blob_is_told_with_near_names(net: Net) -> None:
    with pytest.raises(OwltfError, match="net 'small' has no blob 'con': did you mean 'conv'"):
        net.forward({"x": X}, ["con"])
