"""Folded nets compute the same with fewer layers."""

from __future__ import annotations

import numpy as np
import pytest

from owltf.api import Net, rebuild_net
from owltf.net.fold import fold
from owltf.testing import net_of

INPUT = """layer { name: "x" type: "Input" top: "x"
  input_param { shape { dim: 2 dim: 4 dim: 5 dim: 5 } } }"""
CONV = """layer { name: "conv" type: "%s" bottom: "x" top: "conv" convolution_param {
  num_output: 6 kernel_size: 3 group: 2 bias_term: %s weight_filler { type: "xavier" } } }"""
NORM = """
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "bn" }
layer { name: "scale" type: "Scale" bottom: "bn" top: "bn" scale_param { bias_term: true } }
layer { name: "bias" type: "Bias" bottom: "bn" top: "bn" }
layer { name: "relu" type: "ReLU" bottom: "bn" top: "bn" }
"""


def filled(text: str) -> Net:
    """Return a net with random parameters, BatchNorm's among them."""
    net, rng = net_of(text), np.random.default_rng(0)
    net.set_params(
        {
            name: [rng.uniform(0.5, 2, blob.shape) for blob in blobs]
            for name, blobs in net.get_params().items()
        }
    )
    return net


def check(net: Net, gone: tuple[str, ...]) -> None:
    """Fold a net and compare its outputs."""
    folded = fold(net)
    assert folded.layers == gone
    x = np.random.default_rng(1).standard_normal(net.blob_shapes["x"])
    wanted, made = (each.forward({"x": x}) for each in (net, rebuilt(net)))
    for name in wanted:
        np.testing.assert_allclose(made[name], wanted[name], rtol=2e-5, atol=2e-5)


def rebuilt(net: Net) -> Net:
    """Return the folded net."""
    folded = fold(net)
    return rebuild_net(net, folded.parameter, folded.params)


@pytest.mark.parametrize("bias", ["true", "false"])
@pytest.mark.parametrize("kind", ["Convolution", "Deconvolution"])
def test_a_chain_is_folded(kind: str, bias: str) -> None:
    check(filled(INPUT + CONV % (kind, bias) + NORM), ("bn", "scale", "bias"))


@pytest.mark.parametrize("transpose", ["true", "false"])
def test_an_inner_product_is_folded_into(transpose: str) -> None:
    fc = f"""layer {{ name: "fc" type: "InnerProduct" bottom: "x" top: "conv"
      inner_product_param {{ num_output: 6 transpose: {transpose} }} }}"""
    check(filled(INPUT + fc + NORM), ("bn", "scale", "bias"))


def test_what_others_look_at_stays() -> None:
    other = 'layer { name: "other" type: "TanH" bottom: "conv" top: "other" }'
    check(filled(INPUT + CONV % ("Convolution", "true") + NORM + other), ())


def test_shared_weights_stay() -> None:
    conv = CONV % ("Convolution", "true")
    shared = conv.replace("convolution_param", 'param { name: "w" } convolution_param')
    check(filled(INPUT + shared + NORM), ())
