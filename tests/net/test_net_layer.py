"""The layers of a built net, one by one."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from small_nets import build, inner_product, input_text

from owltf.net.net import Net
from owltf.net.net_layer import NetLayer

NET = (
    input_text("x", 2, 3, 4, 5)
    + """
layer { name: "conv" type: "Convolution" bottom: "x" top: "y"
  convolution_param { num_output: 6 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "y" top: "y" }
layer { name: "split" type: "Split" bottom: "y" top: "a" top: "b" }
layer { name: "quiet" type: "Silence" bottom: "b" }
"""
    + inner_product("ip", "a", "ip")
    + 'layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "ip" loss_weight: 4 }\n'
)


def layer(net: Net, name: str) -> NetLayer:
    return next(each for each in net.layers if each.name == name)


def test_layers_come_in_caffes_order_with_their_blobs() -> None:
    layers = build(NET).layers
    assert [each.name for each in layers] == ["x", "conv", "relu", "split", "quiet", "ip", "loss"]
    assert [[blob.name for blob in each.bottoms] for each in layers] == [
        *([], ["x"], ["y"], ["y"], ["b"], ["a"], ["ip", "ip"])
    ]
    assert [[blob.name for blob in each.named_tops] for each in layers] == [
        *(["x"], ["y"], ["y"], ["a", "b"], [], ["ip"], [])
    ]
    assert [each.is_fed for each in layers] == [True] + [False] * 6
    assert [len(each.params) for each in layers] == [0, 2, 0, 0, 0, 2, 0]
    assert layers[-1].loss_weights == (4,)
    assert [top.name for top in layers[-1].tops] == ["loss"]


def test_an_in_place_layer_takes_what_was_before_it() -> None:
    net = build(NET)
    conv, relu = layer(net, "conv"), layer(net, "relu")
    assert relu.bottoms[0].tensor is conv.tops[0].tensor
    assert relu.tops[0].tensor is not conv.tops[0].tensor
    values = tf.constant([[[[-1.0, 2.0, -3.0, 4.0, -5.0, 6.0]] * 3] * 2] * 2)
    (made,) = relu([values], training=False)
    np.testing.assert_array_equal(made, np.maximum(values, 0))


def test_a_blob_that_is_passed_on_has_a_gradient_of_its_own() -> None:
    split = layer(build(NET), "split")
    with tf.GradientTape() as tape:
        value = tf.ones((2, 2, 3, 6))
        tape.watch(value)
        one, other = split([value], training=False)
        total = tf.reduce_sum(2 * one + 3 * other)
    grads = tape.gradient(total, [one, other])
    assert [float(grad[0, 0, 0, 0]) for grad in grads] == [2, 3]


def test_a_layer_that_makes_nothing() -> None:
    assert layer(build(NET), "quiet")([tf.ones((2, 2, 3, 6))], training=False) == []
