"""Input: its shapes, and its errors."""

from __future__ import annotations

import numpy as np
import pytest

from owltf.errors import OwltfError
from owltf.testing import net_of

RELU = 'layer { name: "relu" type: "ReLU" bottom: "a" top: "relu" }'


def input_layer(*shapes: str, tops: str = 'top: "a"') -> str:
    given = " ".join(f"shape {{ {shape} }}" for shape in shapes)
    return f'layer {{ name: "data" type: "Input" {tops} input_param {{ {given} }} }}\n{RELU}'


def test_a_blob_of_the_shape_is_fed() -> None:
    net = net_of(input_layer("dim: 2 dim: 3 dim: 4 dim: 5"))
    assert net.inputs == ("a",)
    assert net.blob_shapes == {"a": (2, 3, 4, 5), "relu": (2, 3, 4, 5)}


def test_the_batch_may_be_another() -> None:
    net = net_of(input_layer("dim: 2 dim: 3"))
    top = net.forward({"a": [[-1, 0, 1]] * 5})["relu"]
    np.testing.assert_array_equal(top, [[0, 0, 1]] * 5)


def test_one_shape_serves_all_tops() -> None:
    net = net_of(input_layer("dim: 2 dim: 3", tops='top: "a" top: "b"'))
    assert net.blob_shapes["b"] == (2, 3)


def test_a_shape_for_each_top() -> None:
    net = net_of(input_layer("dim: 2 dim: 3", "dim: 4", tops='top: "a" top: "b"'))
    assert net.blob_shapes["b"] == (4,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (input_layer(), "needs 1 shape or one for each of 1 tops"),
        (
            input_layer("dim: 1", "dim: 1", tops='top: "a" top: "b" top: "c"'),
            "needs 1 shape or one for each of 3 tops",
        ),
        (input_layer("dim: 2 dim: 0"), "every size of a shape must be at least 1"),
    ],
)
def test_shapes_that_fit_no_top_are_told(text: str, message: str) -> None:
    with pytest.raises(OwltfError, match=rf"^Input layer 'data' \(.*:1\): {message}"):
        net_of(text)


def test_a_bottom_of_another_shape_is_told_at_the_pass() -> None:
    net = net_of(input_layer("dim: 2 dim: 3"))
    with pytest.raises(OwltfError, match=r"input 'a' .* has shape \(2, 3\) \(any batch\), got"):
        net.forward({"a": np.zeros((2, 4))})
