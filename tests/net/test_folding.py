"""Answers of a net with folded layers are those of the net, whatever is asked and changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import tensorflow as tf
from folding_nets import CONV, NORM, folding_net

from owltf.net.net import Net

X = np.random.default_rng(1).standard_normal((2, 4, 5, 5)).astype(np.float32)
FC = """layer { name: "conv" type: "InnerProduct" bottom: "x" top: "conv"
  inner_product_param { num_output: 6 } }"""
POWER = """layer { name: "power" type: "Power" bottom: "conv" top: "bn"
  power_param { scale: 0.5 shift: 3 } }"""
OTHER = 'layer { name: "other" type: "TanH" bottom: "conv" top: "other" }'
SECOND = """layer { name: "conv2" type: "Convolution" bottom: "bn" top: "conv2"
  convolution_param { num_output: 3 kernel_size: 1 } }
  layer { name: "bn2" type: "BatchNorm" bottom: "conv2" top: "conv2" }"""
SHARED = """layer { name: "%s" type: "Convolution" bottom: "x" top: "%s" param { name: "w" }
  convolution_param { num_output: 6 kernel_size: 3 bias_term: false } }"""


def folded(net: Net) -> list[str]:
    """Return the layers that a net's models have in place of several, named by all of these."""
    assert net.folding is not None
    return [
        " ".join(names) for names, layer in net.folding._layers.items() if layer and layer.is_built
    ]


def check(*texts: str, blobs: Sequence[str] | None = None, made: Sequence[str] = ()) -> Net:
    """Compare a net's blobs with those that it has without folding."""
    net, plain = folding_net(*texts), folding_net(*texts, optimize=False)
    found, wanted = net.forward({"x": X}, blobs), plain.forward({"x": X}, blobs)
    assert found.keys() == wanted.keys()
    for name, blob in wanted.items():
        np.testing.assert_allclose(found[name], blob, rtol=1e-5, atol=1e-5)
    assert folded(net) == list(made)
    return net


@pytest.mark.parametrize("first", [CONV, CONV.replace("bias_term: false", ""), FC])
def test_a_chain_is_folded(first: str) -> None:
    check(first, NORM, made=["conv bn scale"])


def test_a_power_is_folded() -> None:
    check(CONV, POWER, made=["conv power"])


def test_several_chains_are_folded() -> None:
    check(CONV, NORM, SECOND, made=["conv bn scale", "conv2 bn2"])


def test_a_blob_that_is_asked_for_is_the_nets_own() -> None:
    net = check(CONV, NORM, blobs=["conv", "bn"])
    net.forward({"x": X})
    assert folded(net) == ["conv bn scale"]
    own = NORM.replace('bottom: "bn" top: "bn" scale_param', 'bottom: "bn" top: "s" scale_param')
    check(CONV, own, blobs=["bn", "s"], made=["conv bn"])


def test_a_top_that_another_layer_takes_is_the_nets_own() -> None:
    check(CONV, NORM, OTHER)
    # Where nobody asks for what that layer makes, it is not computed.
    check(CONV, NORM, OTHER, blobs=["bn"], made=["conv bn scale"])


def test_layers_in_place_are_folded() -> None:
    check(
        CONV,
        NORM.replace('top: "bn"', 'top: "conv"').replace('"bn" top', '"conv" top'),
        made=["conv bn scale"],
    )


def test_a_shared_blob_is_folded_for_one_layer_alone() -> None:
    norm = 'layer { name: "bn" type: "BatchNorm" bottom: "a" top: "a" }'
    check(SHARED % ("a", "a"), SHARED % ("b", "b"), norm, made=["a bn"])


def test_images_of_another_size_are_folded_too() -> None:
    net, plain = folding_net(CONV, NORM), folding_net(CONV, NORM, optimize=False)
    x = np.random.default_rng(2).standard_normal((1, 4, 9, 7))
    np.testing.assert_allclose(
        net.forward({"x": x})["bn"], plain.forward({"x": x})["bn"], rtol=1e-5, atol=1e-5
    )


def test_parameters_stay_those_of_the_net() -> None:
    net, plain = folding_net(CONV, NORM), folding_net(CONV, NORM, optimize=False)
    net.forward({"x": X})
    for name, blobs in plain.get_params().items():
        for left, right in zip(net.get_params()[name], blobs, strict=True):
            np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("name", ["conv", "bn", "scale"])
def test_a_changed_parameter_counts_at_once(name: str) -> None:
    net, plain = folding_net(CONV, NORM), folding_net(CONV, NORM, optimize=False)
    before = net.forward({"x": X})["bn"]
    for each in (net, plain):
        each.layer_params[name][0].variable.value.assign_add(
            tf.ones_like(each.layer_params[name][0].variable.value)
        )
    after = net.forward({"x": X})["bn"]
    assert np.abs(after - before).max() > 0.01
    np.testing.assert_allclose(after, plain.forward({"x": X})["bn"], rtol=1e-5, atol=1e-5)


def test_a_net_is_not_folded_unless_asked() -> None:
    assert folding_net(CONV, NORM, optimize=False).folding is None
