"""Folded nets compute the same with fewer layers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from owltf.api import Blob, Layer, LayerConverter, Net, ParamBlob, hookimpl, rebuild_net
from owltf.convert.params import Param
from owltf.layers.activation.affine import Affine
from owltf.net.fold import fold
from owltf.testing import net_of, use_plugins

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


def test_no_weights_are_copied_where_nothing_can_go_into_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = filled(INPUT + CONV % ("Convolution", "true") + NORM.replace("conv", "x"))
    copied: list[str] = []
    get = Param.get
    monkeypatch.setattr(Param, "get", lambda each: copied.append(each.layer) or get(each))
    folded = fold(net)
    assert (folded.layers, "conv" in copied) == ((), False)
    assert folded.params.keys() == net.layer_params.keys()


def test_shared_weights_stay() -> None:
    conv = CONV % ("Convolution", "true")
    shared = conv.replace("convolution_param", 'param { name: "w" } convolution_param')
    check(filled(INPUT + shared + NORM), ())


def test_a_norm_by_the_batch_stays() -> None:
    own = NORM.replace('top: "bn" }', 'top: "bn" batch_norm_param { use_global_stats: false } }', 1)
    # What follows it has nothing to go into.
    assert fold(filled(INPUT + CONV % ("Convolution", "true") + own)).layers == ()


@pytest.mark.parametrize("axis", ["scale_param { axis: 2 }", "scale_param { num_axes: 2 }"])
def test_a_scale_of_other_axes_stays(axis: str) -> None:
    scale = f'layer {{ name: "s" type: "Scale" bottom: "conv" top: "s" {axis} }}'
    check(filled(INPUT + CONV % ("Convolution", "true") + scale), ())


class Opposite(LayerConverter):
    """A layer of a plugin: 1 - x."""

    caffe_type = "Opposite"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.of(1 - bottom.tensor)

    def affine(self, parameter: Any, blobs: Any) -> tuple[np.ndarray, np.ndarray]:
        return -np.ones(6), np.ones(6)


class Weigh(LayerConverter):
    """A layer of a plugin that another can go into: x * weight + 2."""

    caffe_type = "Weigh"
    params = (ParamBlob("gamma"), ParamBlob("beta"))

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.to_channels_last().map(layer.keras(Affine, shape=(6,)))

    def absorb(
        self, parameter: Any, blobs: Any, factor: np.ndarray, term: np.ndarray
    ) -> list[np.ndarray]:
        return [blobs[0] * factor, blobs[1] * factor + term]


def test_layers_of_plugins_fold_by_what_they_say() -> None:
    plugin = SimpleNamespace(owltf_layer_converters=hookimpl(lambda: [Opposite, Weigh]))
    layers = "".join(
        f'layer {{ name: "{name}" type: "{name}" bottom: "{bottom}" top: "{name}" }}'
        for name, bottom in (("Weigh", "x"), ("Opposite", "Weigh"))
    )
    with use_plugins(plugin):
        check(filled(INPUT.replace("dim: 4", "dim: 6") + layers), ("Opposite",))


def test_a_blob_to_keep_is_not_folded_over() -> None:
    net = filled(INPUT + CONV % ("Convolution", "true") + NORM)
    assert fold(net, keep=["conv"]).layers == ()
    assert fold(net, keep=["bn"]).layers == ("bn", "scale", "bias")
