"""One layer type of several plugins: the layer's fields say whose it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from small_nets import build, input_text

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer
from owltf.errors import OwltfError
from owltf.plugin.manager import make_manager
from owltf.registry.markers import hookimpl
from owltf.registry.registry import Registry
from owltf.registry.type_converters import ClaimedLayerError, TypeConverters


class ByScale(LayerConverter):
    """Larger by a scale.

    More of it.
    """

    caffe_type = "Upsample"

    def fits(self, parameter: Any) -> bool:
        return len(parameter.bottom) == 1

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom


class ByMask(ByScale):
    """Larger by a mask."""

    bottoms = (2, 3)

    def fits(self, parameter: Any) -> bool:
        return len(parameter.bottom) > 1 or bool(parameter.phase)

    def build(self, layer: Layer, bottom: Blob, mask: Blob) -> Blob:
        return mask


def layer(*bottoms: str, phase: int = 0) -> Any:
    return SimpleNamespace(name="up", bottom=bottoms, phase=phase)


def converters(*claims: tuple[str, Any]) -> TypeConverters:
    return TypeConverters("Upsample", claims)


def test_the_one_that_fits_takes_a_layer() -> None:
    both = converters(("one", ByScale()), ("two", ByMask()))
    assert type(both.of(layer("x"))) is ByScale
    assert type(both.of(layer("x", "mask"))) is ByMask
    assert [type(each) for each in both] == [ByScale, ByMask]


def test_one_plugin_may_have_two_for_a_type() -> None:
    both = converters(("one", ByScale()), ("one", ByMask()))
    assert type(both.of(layer("x"))) is ByScale
    assert type(both.of(layer("x", "mask"))) is ByMask


def test_the_only_one_takes_every_layer() -> None:
    assert type(converters(("one", ByScale())).of(layer("x", "mask"))) is ByScale


def test_what_fits_no_plugin_is_owltfs_own() -> None:
    both = converters(("one", ByMask()), ("owltf.layers", ByScale()))
    assert type(both.of(layer("x"))) is ByScale
    assert type(both.of(layer("x", "mask"))) is ByMask


@pytest.mark.parametrize(
    ("given", "how"),
    [(layer(), "none takes one of these fields"), (layer("x", phase=1), "more than one takes one")],
)
def test_a_layer_that_cannot_be_told_is_refused_with_the_plugins(given: Any, how: str) -> None:
    with pytest.raises(ClaimedLayerError) as raised:
        converters(("one", ByScale()), ("two", ByMask())).of(given)
    told = str(raised.value)
    assert told.startswith("layer 'up': several plugins convert Upsample layers, and " + how)
    assert "one (Larger by a scale), two (Larger by a mask); " in told


def test_a_net_has_layers_of_both() -> None:
    manager = make_manager()
    for name, kind in (("one", ByScale), ("two", ByMask)):
        hook = hookimpl(lambda kind=kind: [kind])
        manager.register(SimpleNamespace(owltf_layer_converters=hook), name)
    registry = Registry(manager)
    inputs = input_text("x", 2, 3) + input_text("m", 2, 4)
    text = 'layer {{ name: "{0}" type: "Upsample" {1} top: "{0}" {2} }}'
    one, two = text.format("a", 'bottom: "x"', ""), text.format("b", 'bottom: "x" bottom: "m"', "")
    net = build(inputs + one + two, registry=registry)
    assert (net.blob_shapes["a"], net.blob_shapes["b"]) == ((2, 3), (2, 4))
    unclear = text.format("c", 'bottom: "x"', "phase: TEST")
    with pytest.raises(OwltfError, match=r"layer 'c' \(<text>:\d+\): several plugins convert"):
        build(inputs + unclear, "TEST", registry=registry)
