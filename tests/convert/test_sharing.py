"""Tests of what nets, and layers of one net, have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_nets import build, inner_product, input_text, layer_of

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.convert.params import ParamBlob
from owltf.convert.sharing import SharedLayers
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.plugin.manager import make_manager
from owltf.registry.markers import hookimpl
from owltf.registry.registry import Registry
from owltf.testing.checks.keras_file import compare_loaded

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


def test_blobs_of_different_ranks_cannot_be_shared() -> None:
    text = input_text("x", 2, 4) + inner_product(
        "ip", "x", "ip", 'param { name: "w" } param { name: "w" }'
    )
    with pytest.raises(OwltfError, match=r"1 of shape \(3,\) cannot share 'w', .* \(3, 4\)$"):
        build(text)


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


RNN = """
layer {{ name: "{name}" type: "RNN" bottom: "x" bottom: "on" top: "{name}" {params}
  recurrent_param {{ num_output: 4 weight_filler {{ type: "xavier" }} }} }}
"""
SEQUENCES = input_text("x", 3, 2, 4) + input_text("on", 3, 2)


def test_two_blobs_of_one_layer_may_be_one(tmp_path: Path) -> None:
    w, b = 'param { name: "w" }', 'param { name: "b" }'
    net = build(SEQUENCES + RNN.format(name="r", params=f"{w} {b} {w} {w} {b}"), "TEST")
    alone = build(SEQUENCES + RNN.format(name="r", params=""), "TEST")
    assert [len(net.layer_params["r"]), len(net.params), len(alone.params)] == [5, 2, 5]
    rng = np.random.default_rng(0)
    kernel, bias = (rng.normal(size=shape).astype(np.float32) for shape in ((4, 4), (4,)))
    for each in (net, alone):
        each.set_params({"r": [kernel, bias, kernel, kernel, bias]})
    on = np.float32([[0, 0], [1, 1], [1, 0]])
    feeds = {"x": rng.normal(size=(3, 2, 4)).astype(np.float32), "on": on}
    np.testing.assert_array_equal(net.forward(feeds)["r"], alone.forward(feeds)["r"])
    own, one_by_one = _gradients(net, feeds), _gradients(alone, feeds)
    for index, parts in enumerate(((0, 2, 3), (1, 4))):
        wanted = sum(one_by_one[part] for part in parts)
        np.testing.assert_allclose(own[index], wanted, rtol=1e-5, atol=1e-6)
    loaded = compare_loaded(net, feeds, tmp_path)
    assert len(loaded.get_layer("r").weights) == 5


def _gradients(net: Net, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(net.model(feeds)["r"] ** 2)
    return tape.gradient(loss, [param.variable.value for param in net.params])


def test_a_blob_may_have_another_name_in_another_layer(tmp_path: Path) -> None:
    share = 'param { name: "w" }'
    scale = f'layer {{ name: "s" type: "Scale" bottom: "x" top: "s" {share} }}'
    bias = f'layer {{ name: "b" type: "Bias" bottom: "s" top: "b" {share} }}'
    net = build(input_text("x", 2, 4) + scale + bias)
    assert len(net.params) == 1
    net.set_params({"s": [np.array([1, 2, 3, 4])]})
    x = np.ones((2, 4), np.float32)
    np.testing.assert_array_equal(net.forward({"x": x})["b"], 2 * x * [1, 2, 3, 4])
    assert [net.model.get_layer(name).weights[0].name for name in "sb"] == ["gamma", "beta"]
    compare_loaded(net, {"x": x}, tmp_path)


def test_a_layer_has_only_the_blobs_that_it_uses() -> None:
    whole = inner_product("whole", "x", "whole", SIAMESE)
    lean = inner_product("lean", "x", "lean", SIAMESE[: SIAMESE.index("}") + 1])
    lean = lean.replace("num_output", "bias_term: false num_output")
    net = build(input_text("x", 2, 4) + whole + lean)
    assert {name: len(params) for name, params in net.layer_params.items()} == {
        "whole": 2,
        "lean": 1,
    }


class Parts(keras.layers.Layer):
    """A weight of its own from `__init__`, and those of a Dense layer made in `build`."""

    def __init__(self, last: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.last = last
        self.scale = self.add_weight((), "ones", name="scale")

    def build(self, input_shape: Any) -> None:
        self.dense = keras.layers.Dense(3, use_bias=False)
        self.dense.build(input_shape)
        self.shift = self.add_weight([3], None, "float32", name=self.last)

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs) * self.scale + self.shift


def parts(last: str, names: Sequence[str]) -> Registry:
    """Return what knows a layer of the Keras layer, with blobs of some names."""

    class PartsConverter(LayerConverter):
        caffe_type = "Parts"
        params = tuple(ParamBlob(name) for name in names)

        def build(self, layer: Layer, bottom: Blob) -> Blob:
            twos = type(layer.parameter.prelu_param.filler)(value=2)
            return bottom.map(layer.keras(Parts, fillers=[twos] * 3, last=last))

    class Plugin:
        @hookimpl
        def owltf_layer_converters(self) -> list[type]:
            return [PartsConverter]

    manager = make_manager()
    manager.register(Plugin())
    return Registry(manager)


X = input_text("x", 2, 4)
PARTS = 'layer {{ name: "{0}" type: "Parts" bottom: "x" top: "{0}" {1} }}'
NAMED = 'param { name: "s" } param { name: "k" } param { name: "b" }'


def test_weights_are_shared_and_filled_however_they_are_added() -> None:
    known = parts("bias", ["scale", "kernel", "bias"])
    net = build(X + PARTS.format("one", NAMED) + PARTS.format("two", NAMED), registry=known)
    assert len(net.params) == 3
    assert all(np.all(each.get() == 2) for each in net.params)
    net.set_params({"two": [np.float32(3), np.ones((4, 3)), np.zeros(3)]})
    np.testing.assert_array_equal(net.forward({"x": np.ones((2, 4))})["one"], np.full((2, 3), 12))


@pytest.mark.parametrize(
    ("last", "names", "told"),
    [
        (
            "gain",
            ["scale", "kernel", "bias"],
            "ParamBlobs: 'scale', 'kernel', 'bias'; weights: 'scale', 'kernel', 'gain'",
        ),
        (
            "bias",
            ["scale", "kernel"],
            "ParamBlobs: 'scale', 'kernel'; weights: 'scale', 'kernel', 'bias'",
        ),
        (
            "bias",
            ["gain", "scale", "kernel", "bias"],
            "ParamBlobs: 'gain', 'scale', 'kernel', 'bias'; weights: 'scale', 'kernel', 'bias'",
        ),
        ("kernel", ["scale", "kernel"], "adds two weights named 'kernel'; each blob needs a name"),
    ],
)
def test_blobs_and_weights_must_have_the_same_names(
    last: str, names: Sequence[str], told: str
) -> None:
    with pytest.raises(OwltfError, match=rf"^Parts layer 'p' \(<text>:2\): .*{told}"):
        build(X + PARTS.format("p", ""), registry=parts(last, names))


def test_constants_need_no_blob() -> None:
    layer = layer_of()
    with layer.weights.while_building():
        made = layer.keras(Parts, constants=["scale", "kernel", "bias"], last="bias")
        made(keras.Input((4,)))
    assert (len(made.weights), layer.weights.held) == (3, {})
