"""One field name that two plugins claim for different messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.prototxt.text import parse_text
from owltf.caffe.schema.schema import Schema, load_schema

pytest.importorskip("grpc_tools")

HEAD = 'syntax = "proto2"; import "caffe.proto"; package plugin;\n'
ONE = """
message BNParameter { optional caffe.FillerParameter scale_filler = 1;
  optional uint32 size = 2 [default = 2]; optional uint32 wide = 3; }
extend caffe.LayerParameter { optional BNParameter bn_param = 500; optional int32 one = 502; }
"""
TWO = """
message BNParameter { optional float momentum = 1 [default = 0.9];
  optional int32 size = 2 [default = 1]; }
extend caffe.LayerParameter { optional BNParameter bn_param = 501; optional BNParameter two = 502; }
"""


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Write two plugins' schemas, each in a folder that is named as its plugin is."""
    found = []
    for plugin, text in (("plugin_one", ONE), ("plugin_two", TWO)):
        found.append(tmp_path / plugin / "bn.proto")
        found[-1].parent.mkdir()
        found[-1].write_text(HEAD + text)
    return found


def layer(schema: Schema, text: str) -> object:
    net = schema.message("NetParameter")()
    parse_text(f"layer {{ {text} }}", net, "net.prototxt")
    return net.layer[0]


def test_each_plugins_fields_are_read(paths: list[Path]) -> None:
    schema = load_schema(paths)
    one = layer(schema, 'bn_param { scale_filler { type: "msra" } }')
    assert (one.bn_param.scale_filler.type, one.bn_param.size) == ("msra", 2)
    two = layer(schema, "bn_param { momentum: 0.5 size: -3 }")
    assert (two.bn_param.momentum, two.bn_param.size) == (0.5, -3)


def test_a_default_is_that_of_the_message_that_fits(paths: list[Path]) -> None:
    for order in (paths, paths[::-1]):
        schema = load_schema(order)
        assert layer(schema, "bn_param { wide: 1 }").bn_param.size == 2
        assert layer(schema, "bn_param { momentum: 1 }").bn_param.size == 1


def test_fields_of_two_plugins_are_refused(paths: list[Path], refusal: Callable[..., str]) -> None:
    error = refusal(layer, load_schema(paths), "bn_param { momentum: 1 wide: 2 }")
    assert error.startswith("net.prototxt:1:9: bn_param is claimed by several plugins")
    assert "plugin_one has scale_filler, size, wide; plugin_two has momentum, size" in error


def test_a_binary_layer_is_read_by_its_plugins_numbers(paths: list[Path]) -> None:
    owners = {"One": [tuple(paths[:1])], "Two": [tuple(paths[1:])]}
    schema = load_schema(paths).knowing((), lambda name: owners[name])
    read = schema.binary_message("LayerParameter").FromString
    for name, text in (("One", "one: 7"), ("Two", "two { momentum: 0.25 }")):
        own = layer(load_schema(owners[name][0]), f'type: "{name}" {text}')
        found = schema.binary_layer(read(own.SerializeToString()))
        assert found == layer(schema, f'type: "{name}" {text}')


def test_a_binary_layer_of_two_plugins_is_read_by_the_one_that_knows_it(paths: list[Path]) -> None:
    each = [(path,) for path in paths]
    schema = load_schema(paths).knowing((), lambda name: each)
    read = schema.binary_message("LayerParameter").FromString
    texts = ("bn_param { wide: 3 }", "bn_param { momentum: 0.25 size: -1 }", "two { size: 4 }")
    for path, text in zip((each[0], each[1], each[1]), texts, strict=True):
        own = layer(load_schema(path), f'type: "BN" {text}')
        found = schema.binary_layer(read(own.SerializeToString()))
        assert found == layer(schema, f'type: "BN" {text}')


def test_enums_of_the_same_values_are_one(paths: list[Path], refusal: Callable[..., str]) -> None:
    for path, text in zip(paths, (ONE, TWO), strict=True):
        enum = "enum Engine { DEFAULT = 0; CAFFE = 1; } optional Engine engine = 9; "
        path.write_text(
            HEAD + text.replace("message BNParameter {", "message BNParameter { " + enum)
        )
    schema = load_schema(paths)
    for text in ("engine: CAFFE wide: 1", "engine: CAFFE momentum: 1"):
        assert layer(schema, f"bn_param {{ {text} }}").bn_param.engine == 1
    paths[1].write_text(paths[1].read_text().replace("CAFFE = 1", "CUDNN = 1"))
    assert "'engine' in it differs in type" in refusal(load_schema, paths)


def test_a_field_of_two_types_is_refused(paths: list[Path], refusal: Callable[..., str]) -> None:
    paths[1].write_text(HEAD + TWO.replace("int32 size = 2 [default = 1]", "string size = 2"))
    error = refusal(load_schema, paths)
    assert "both add a field 'bn_param', and their 'size' in it differs in type" in error
