"""Inputs get other shapes than the prototxt's."""

from __future__ import annotations

import pytest

from owltf.caffe.net.filter import filter_net, net_state
from owltf.caffe.net.input_shapes import with_input_shapes
from owltf.caffe.net.read import net_from_text
from owltf.caffe.prototxt.source import NetSource
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError

TEXT = """
layer { name: "in" type: "Input" top: "a" top: "b" input_param { shape { dim: 1 dim: 3 } } }
layer { name: "relu" type: "ReLU" bottom: "a" top: "c" }
"""
OLD = """
input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 9
layer { name: "relu" type: "ReLU" bottom: "data" top: "c" }
"""


def source_of(text: str) -> NetSource:
    return filter_net(net_from_text(text, load_schema()), net_state("TEST"))


def shapes_of(source: NetSource) -> list[tuple[int, ...]]:
    layers = [layer for layer in source.parameter.layer if layer.type == "Input"]
    return [tuple(shape.dim) for layer in layers for shape in layer.input_param.shape]


def test_one_of_two_inputs_gets_its_own_shape() -> None:
    source = source_of(TEXT)
    changed = with_input_shapes(source, {"b": (4, 5)})
    assert shapes_of(changed) == [(1, 3), (4, 5)]
    assert changed.lines == source.lines
    assert shapes_of(source) == [(1, 3)]


def test_inputs_of_older_files_are_reshaped_too() -> None:
    assert shapes_of(with_input_shapes(source_of(OLD), {"data": (2, 3, 5, 6)})) == [(2, 3, 5, 6)]


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ({"x": (1, 2)}, "the net has no blob 'x' whose shape could be given; its inputs are a, b"),
        ({"c": (1, 2)}, "the shape of 'c' cannot be given, as ReLU layer 'relu' makes it"),
        ({"a": (1, 0)}, r"input 'a': every size must be at least 1, got \(1, 0\)"),
    ],
)
def test_refuses_what_is_no_input(shapes: dict[str, tuple[int, ...]], message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        with_input_shapes(source_of(TEXT), shapes)
