"""Caffe's own additions to a net: Splits and the tops of losses."""

from __future__ import annotations

from owltf.caffe.net.read import net_from_text
from owltf.caffe.net.splits import with_automatic_tops, with_splits
from owltf.caffe.schema.schema import load_schema

NET = """
layer { name: "x" type: "Input" top: "x" top: "label" }
layer { name: "a" type: "ReLU" bottom: "x" top: "a" }
layer { name: "a2" type: "ReLU" bottom: "a" top: "a" }
layer { name: "b" type: "ReLU" bottom: "x" top: "b" }
layer { name: "one" type: "SoftmaxWithLoss" bottom: "a" bottom: "label" top: "one" loss_weight: 2 }
layer { name: "two" type: "SoftmaxWithLoss" bottom: "a" bottom: "label" }
layer { name: "three" type: "SoftmaxWithLoss" bottom: "b" bottom: "label" }
layer { name: "sum" type: "Eltwise" bottom: "one" bottom: "b" top: "sum" }
"""


def test_splits_stand_after_the_layers_that_make_the_blobs() -> None:
    source = with_splits(net_from_text(NET, load_schema()))
    layers = {layer.name: layer for layer in source.parameter.layer}
    assert list(layers)[:4] == ["x", "x_x_0_split", "label_x_1_split", "a"]
    assert list(layers["x_x_0_split"].top) == ["x_x_0_split_0", "x_x_0_split_1"]
    assert list(layers["a"].bottom) == ["x_x_0_split_0"]
    # The last layer that makes the blob in place gives it its name.
    assert list(layers["a_a2_0_split"].bottom) == ["a"]
    assert list(layers["one"].bottom) == ["a_a2_0_split_0", "label_x_1_split_0"]


def test_the_loss_takes_its_top_first() -> None:
    layers = {
        each.name: each for each in with_splits(net_from_text(NET, load_schema())).parameter.layer
    }
    split = layers["one_one_0_split"]
    assert (list(split.loss_weight), list(layers["one"].loss_weight)) == ([2, 0], [])
    assert list(layers["sum"].bottom)[0] == "one_one_0_split_1"


def test_losses_without_a_top_get_one() -> None:
    source = with_automatic_tops(net_from_text(NET, load_schema()), {"SoftmaxWithLoss"})
    tops = {layer.name: list(layer.top) for layer in source.parameter.layer}
    assert (tops["two"], tops["three"]) == (["(automatic)"], ["(automatic) 2"])
