"""InnerProduct against Caffe and against plain NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)

from owltf.errors import OwltfError
from owltf.layers.common.inner_product import product
from owltf.testing import LAYER, net_of

IMAGES = (2, 3, 4, 5)


def inner_product(fields: str, *shape: int) -> str:
    layer = f'type: "InnerProduct" inner_product_param {{ {fields} }}'
    return one_layer(layer, shape or IMAGES)


@pytest.mark.parametrize("name", ["ip_basic", "ip_2d", "ip_axis2", "ip_transpose"])
def test_inner_product_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("transpose", [False, True], ids=["as Caffe's", "transposed"])
@pytest.mark.parametrize("axis", [1, 2, 3, -1, -3])
def test_the_axes_from_axis_on_are_joined(axis: int, transpose: bool) -> None:
    rng = np.random.default_rng(0)
    bottom = rng.standard_normal(IMAGES)
    before = IMAGES[: axis % 4]
    rows = bottom.reshape(*before, -1)
    weights, bias = rng.standard_normal((6, rows.shape[-1])), rng.standard_normal(6)
    fields = f"num_output: 6 axis: {axis} transpose: {str(transpose).lower()}"
    params = [weights.T if transpose else weights, bias]
    case = gradient_case(inner_product(fields), [bottom], params=params)
    assert_close(case.run().tops[0], rows @ weights.T + bias)
    check_gradients(case)


def test_images_with_channels_last_are_flattened_in_caffes_order() -> None:
    text = one_layer('type: "InnerProduct" inner_product_param { num_output: 6 }', IMAGES)
    text = text.replace('bottom: "bottom0"', 'bottom: "pooled"')
    text += """
        layer { name: "pooled" type: "Pooling" bottom: "bottom0" top: "pooled"
                pooling_param { kernel_size: 1 } }
    """
    first, *others = text.splitlines()
    net = net_of("\n".join([first, *others[1:], others[0]]))
    rng = np.random.default_rng(0)
    bottom, weights = rng.standard_normal(IMAGES), rng.standard_normal((6, 60))
    net.set_params({LAYER: [weights, np.zeros(6)]})
    assert_close(net.forward({"bottom0": bottom})["top0"], bottom.reshape(2, 60) @ weights.T)


def test_without_a_bias() -> None:
    net = net_of(inner_product("num_output: 6 bias_term: false"))
    assert [param.shape for param in net.params] == [(6, 60)]


def test_the_quicker_gradient_is_the_plain_one() -> None:
    x, kernel, dy = (
        tf.random.stateless_normal(shape, (1, seed))
        for seed, shape in enumerate([(5, 7), (7, 3), (5, 3)])
    )
    gradients = []
    for function in (product, tf.matmul):
        with tf.GradientTape() as tape:
            tape.watch([x, kernel])
            top = function(x, kernel)
        gradients.append(tape.gradient(top, [x, kernel], dy))
    for got, wanted in zip(*gradients, strict=True):
        assert_close(got.numpy(), wanted.numpy())


@pytest.mark.parametrize("axis", [1, 2])
def test_inner_product_is_saved(axis: int, tmp_path: Path) -> None:
    fields = f'num_output: 6 axis: {axis} weight_filler {{ type: "xavier" }}'
    save_and_load(net_of(inner_product(fields)), tmp_path)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("num_output: 6 axis: 4", "axis 4 is out of range for a blob of 4 axes"),
        ("num_output: 0", "num_output must be at least 1, got 0"),
    ],
)
def test_what_does_not_fit_is_told(fields: str, message: str) -> None:
    with pytest.raises(OwltfError, match=rf"^InnerProduct layer 'layer' \(.*:2\): {message}"):
        net_of(inner_product(fields))
