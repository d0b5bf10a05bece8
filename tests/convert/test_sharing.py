"""Tests of what nets, and layers of one net, have in common."""

from __future__ import annotations

import numpy as np
import pytest
from small_nets import build, inner_product, input_text

from owltf.convert.sharing import SharedLayers
from owltf.errors import OwltfError

SIAMESE = 'param { name: "w" } param { name: "b" }'


def siamese(second: str = SIAMESE) -> str:
    return (
        input_text("x", 2, 4)
        + input_text("y", 2, 4)
        + inner_product("ip", "x", "ip", SIAMESE)
        + inner_product("ip_p", "y", "ip_p", second)
    )


def test_layers_share_the_params_of_one_name() -> None:
    net = build(siamese())
    first, second = net.layer_params["ip"], net.layer_params["ip_p"]
    assert [one.variable is two.variable for one, two in zip(first, second, strict=True)] == [
        True,
        True,
    ]
    assert len(net.params) == 2
    x = np.random.default_rng(0).normal(size=(2, 4))
    tops = net.forward({"x": x, "y": x})
    np.testing.assert_array_equal(tops["ip"], tops["ip_p"])


def test_layers_may_share_one_param_of_two() -> None:
    net = build(siamese('param { name: "w" } param { name: "other" }'))
    (weight, bias), (other_weight, other_bias) = (net.layer_params[name] for name in ("ip", "ip_p"))
    assert weight.variable is other_weight.variable
    assert bias.variable is not other_bias.variable
    assert len(net.params) == 3


def test_sharing_trains_the_sum_of_the_gradients() -> None:
    net = build(
        siamese()
        + 'layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "ip_p" top: "loss" }'
    )
    assert len(net.model.trainable_variables) == 2


def test_blobs_of_different_shapes_cannot_be_shared() -> None:
    text = (
        input_text("x", 2, 4)
        + inner_product("ip", "x", "ip", SIAMESE)
        + inner_product("wide", "x", "wide", SIAMESE, outputs=5)
    )
    with pytest.raises(
        OwltfError, match=r"parameter 0 of shape \(5, 4\) cannot share 'w'"
    ) as raised:
        build(text)
    assert str(raised.value).startswith("InnerProduct layer 'wide'")
    assert str(raised.value).endswith("which has shape (3, 4)")


def test_train_and_test_nets_share_their_layers() -> None:
    shared = SharedLayers()
    text = input_text("x", 2, 4) + inner_product("ip", "x", "ip")
    train, test = (build(text, phase, shared=shared) for phase in ("TRAIN", "TEST"))
    assert train.layer_params["ip"][0].variable is test.layer_params["ip"][0].variable
    train.set_params({"ip": [np.ones((3, 4)), np.zeros(3)]})
    np.testing.assert_array_equal(test.forward({"x": np.ones((2, 4))})["ip"], np.full((2, 3), 4))


def test_layers_that_differ_between_the_phases_share_their_variables() -> None:
    shared = SharedLayers()
    convolution = (
        'layer {{ name: "conv" type: "Convolution" bottom: "x" top: "conv" '
        "convolution_param {{ num_output: 2 kernel_size: 3 pad: {pad} }} }}"
    )
    nets = [
        build(input_text("x", 2, 3, 6, 6) + convolution.format(pad=pad), phase, shared=shared)
        for pad, phase in ((0, "TRAIN"), (1, "TEST"))
    ]
    assert [net.blob_shapes["conv"] for net in nets] == [(2, 2, 4, 4), (2, 2, 6, 6)]
    one, two = (net.layer_params["conv"][0].variable for net in nets)
    assert one is two


def test_nets_of_their_own_share_nothing() -> None:
    text = input_text("x", 2, 4) + inner_product("ip", "x", "ip")
    one, two = build(text), build(text)
    assert one.layer_params["ip"][0].variable is not two.layer_params["ip"][0].variable
