"""Which `onnx` method writes a converter's layers."""

from __future__ import annotations

from typing import Any

from owltf.convert.converter import LayerConverter
from owltf.convert.onnx_node import OnnxNode, onnx_form


class Plain(LayerConverter):
    """A layer without an ONNX form."""

    caffe_type = "Plain"

    def build(self, layer: Any, *bottoms: Any) -> Any:
        return bottoms[0]


class Written(Plain):
    """One that adds a form to what another builds."""

    def onnx(self, node: OnnxNode) -> None:
        node.add("Identity", node.x)


class Other(Written):
    """One that builds something else, of which the form is not true."""

    def build(self, layer: Any, *bottoms: Any) -> Any:
        return bottoms[0]


class Same(Written):
    """One that builds the same."""

    caffe_type = "Same"


def test_a_form_is_of_the_class_that_builds_or_of_one_derived_from_it() -> None:
    assert onnx_form(Plain()) is None
    for made in (Written(), Same()):
        assert onnx_form(made) == made.onnx
    assert onnx_form(Other()) is None
