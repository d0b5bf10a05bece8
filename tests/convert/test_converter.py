"""Tests of a converter of one's own."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from small_nets import build, input_text

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter, converter_of
from owltf.convert.layer import Layer
from owltf.errors import OwltfError
from owltf.plugin.manager import make_manager
from owltf.registry.markers import hookimpl
from owltf.registry.registry import Registry


class Twice(LayerConverter):
    """Two tops of one bottom."""

    caffe_type = "Twice"
    tops = (2, 2)

    def check(self, layer: Layer) -> None:
        if layer.parameter.phase:
            raise layer.unsupported("phase: TEST")

    def build(self, layer: Layer, bottom: Blob) -> list[Blob]:
        if bottom.rank != 2:
            raise ValueError("two axes, please\nand no more")
        return [bottom, bottom]


def registry() -> Registry:
    plugin = ModuleType("mine")
    plugin.owltf_layer_converters = hookimpl(  # type: ignore[attr-defined]
        lambda: [Twice], specname="owltf_layer_converters"
    )
    manager = make_manager()
    manager.register(plugin, "mine")
    return Registry(manager)


def text(*shape: int, fields: str = "") -> str:
    layer = f'layer {{ name: "t" type: "Twice" bottom: "x" top: "a" top: "b" {fields} }}'
    return input_text("x", *shape) + layer


def test_builds_layers_of_its_type() -> None:
    tops = build(text(2, 3), registry=registry()).forward({"x": np.ones((2, 3))})
    assert list(tops) == ["a", "b"]


def test_its_refusals_come_before_anything_is_built() -> None:
    with pytest.raises(OwltfError, match=r"Twice layer 't' .*: phase: TEST is not supported$"):
        build(text(2, 3, fields="phase: TEST"), "TEST", registry=registry())


def test_keras_errors_are_told_with_the_bottoms_in_one_line() -> None:
    with pytest.raises(OwltfError, match=r"built on 'x' \(2, 3, 4\): two axes, please$"):
        build(text(2, 3, 4), registry=registry())


def test_of_a_type_without_a_converter_is_known_what_holds_of_most() -> None:
    known = registry()
    for name in ("Twice", "Data"):
        parameter = known.schema.message("LayerParameter")(type=name)
        converter = converter_of(parameter, known)
        assert isinstance(converter, Twice) == (name == "Twice")
        assert converter.fits(parameter)
        assert not (converter.is_loss or converter.is_judge or converter.passes_on)
        assert converter.class_scores(parameter) is None
        assert not converter.fixes_batch(parameter, 4)
        assert not converter.whole_numbers(parameter, [(2, 3)])
        assert converter.affine(parameter, []) is None
        assert converter.absorb(parameter, [], np.ones(3), np.zeros(3)) is None
