"""Tests of building nets: losses, order, and equal names."""

from __future__ import annotations

import numpy as np
import pytest
from small_nets import build, inner_product, input_text

from owltf.errors import OwltfError

X = input_text("x", 2, 4)


def error(text: str) -> str:
    with pytest.raises(OwltfError) as raised:
        build(text)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_loss_counts_with_weight_one() -> None:
    net = build(f"{X} layer {{ name: 'l' type: 'EuclideanLoss' bottom: 'x' bottom: 'x' top: 'l' }}")
    assert [(loss.top, loss.weight) for loss in net.losses] == [("l", 1.0)]


def test_any_top_may_be_a_loss() -> None:
    net = build(f"{X} layer {{ name: 'r' type: 'ReLU' bottom: 'x' top: 'r' loss_weight: 0.5 }}")
    assert [(loss.top, loss.weight) for loss in net.losses] == [("r", 0.5)]


def test_a_loss_of_weight_zero_does_not_count() -> None:
    layer = "type: 'EuclideanLoss' bottom: 'x' bottom: 'x' top: 'l' loss_weight: 0"
    assert build(f"{X} layer {{ name: 'l' {layer} }}").losses == ()


def test_loss_weights_are_counted() -> None:
    layer = "type: 'ReLU' bottom: 'x' top: 'r' loss_weight: 1 loss_weight: 2"
    assert error(f"{X} layer {{ name: 'r' {layer} }}").endswith(
        "loss_weight must be given for each of 1 tops, got 2"
    )


def test_a_loss_may_leave_its_top_out() -> None:
    net = build(f"{X} layer {{ name: 'l' type: 'EuclideanLoss' bottom: 'x' bottom: 'x' }}")
    assert [loss.weight for loss in net.losses] == [1.0]
    (top,) = net.layer_tops["l"]
    assert top.shape == ()


def test_an_unknown_filler_is_told_with_near_names() -> None:
    layer = (
        "type: 'InnerProduct' bottom: 'x' top: 'ip' "
        "inner_product_param { num_output: 2 weight_filler { type: 'gausian' } }"
    )
    told = error(f"{X} layer {{ name: 'ip' {layer} }}")
    assert told.endswith("unknown filler type 'gausian': did you mean 'gaussian'?")


def test_layers_of_one_name_are_layers_of_their_own() -> None:
    net = build(X + inner_product("ip", "x", "a") + inner_product("ip", "a", "b"))
    assert len(net.params) == 4
    assert net.blob_shapes["b"] == (2, 3)


def test_in_place_layers_leave_the_last_value() -> None:
    net = build(f"{X} layer {{ name: 'r' type: 'ReLU' bottom: 'x' top: 'x' }}", "TEST")
    array = np.array([[1, -1, 2, -2], [0, 3, -3, 4]])
    np.testing.assert_array_equal(net.forward({"x": array})["x"], np.maximum(array, 0))
    assert net.outputs == ("x",)
    assert net.inputs == ("x",)


def test_names_that_keras_refuses_build() -> None:
    names = ["loss3/ip", "loss3.ip", "loss3 ip", "größe"]
    text = X + "".join(inner_product(name, "x", name) for name in names)
    net = build(text, "TEST")
    assert set(net.forward({"x": np.ones((2, 4))})) == set(names)


def test_a_layer_without_bottoms_may_stand_before_the_inputs() -> None:
    parameter = (
        'layer { name: "w" type: "Parameter" top: "w" parameter_param { shape { dim: 3 } } }'
    )
    net = build(f"{parameter}\n{X}", "TEST")
    assert net.blob_shapes == {"w": (3,), "x": (2, 4)}
    assert net.any_input is None
