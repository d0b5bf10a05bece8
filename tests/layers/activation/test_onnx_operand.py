"""Factors and terms along some axes in ONNX."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from recurrent_case import random

from owltf.testing import one_layer

X = (2, 3, 4, 5)
SCALE = 'type: "Scale" scale_param { bias_term: true %s }'


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ("", (3,)),
        ("axis: 2", (4,)),
        ("axis: -3 num_axes: 2", (3, 4)),
        ("axis: 1 num_axes: -1", (3, 4, 5)),
        ("num_axes: 0", ()),
        ("axis: 0 num_axes: 2", (2, 3)),
    ],
)
def test_own_weights(check_onnx: Callable[..., None], fields: str, shape: tuple[int, ...]) -> None:
    check_onnx(one_layer(SCALE % fields, X), [random(*X)], [random(*shape), random(*shape)])


@pytest.mark.parametrize(("fields", "shape"), [("axis: 0", (2, 3)), ("axis: 0", X), ("", ())])
def test_a_second_bottom(
    check_onnx: Callable[..., None], fields: str, shape: tuple[int, ...]
) -> None:
    net = one_layer(f'type: "Bias" bias_param {{ {fields} }}', X, shape)
    check_onnx(net, [random(*X), random(*shape)])


def test_a_second_bottom_with_a_bias_term(check_onnx: Callable[..., None]) -> None:
    net = one_layer(SCALE % "axis: 0", X, (2, 3))
    check_onnx(net, [random(*X), random(2, 3)], [random(2, 3)])
