"""Bringing several plugins' fields into Caffe's messages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.prototxt.text import parse_text
from owltf.caffe.schema.schema import Schema, load_schema

pytest.importorskip("grpc_tools")

HEAD = 'syntax = "proto2"; import "caffe.proto"; package plugin;\n'
SLOPE = """
message MyParam {
  enum Mode { SOFT = 0; HARD = 1; }
  message Inner { optional Mode mode = 1 [default = HARD]; }
  optional float slope = 1 [default = 0.5];
  optional caffe.FillerParameter filler = 2;
  repeated Inner inner = 3;
  optional Side side = 4;
}
enum Side { LEFT = 0; RIGHT = 1; }
extend caffe.LayerParameter { optional MyParam my_param = 1000; }
extend caffe.PoolingParameter { optional bool ceil_mode = 50 [default = true]; }
"""
OTHER = """
message MyParam { extend caffe.LayerParameter { optional MyParam other_param = 1000; }
  optional string word = 1; }
enum Side { LEFT = 0; RIGHT = 1; }
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(HEAD + text)
        return path

    return written


def _layer(schema: Schema, text: str) -> object:
    net = schema.message("NetParameter")()
    parse_text(f"layer {{ {text} }}", net, "net.prototxt")
    return net.layer[0]


def test_added_fields_are_ordinary_ones(write: Callable[[str, str], Path]) -> None:
    schema = load_schema([write("slope.proto", SLOPE)])
    layer = _layer(
        schema,
        'my_param { filler { type: "msra" } inner { } side: RIGHT } pooling_param { }',
    )
    assert (layer.my_param.slope, layer.my_param.filler.type) == (0.5, "msra")
    assert (layer.my_param.inner[0].mode, layer.my_param.side) == (1, 1)
    assert layer.pooling_param.ceil_mode
    assert schema.notes == ()


def test_added_fields_are_read_from_binary(write: Callable[[str, str], Path]) -> None:
    schema = load_schema([write("slope.proto", SLOPE)])
    layer = _layer(schema, "my_param { slope: 3 }")
    again = schema.binary_message("LayerParameter").FromString(layer.SerializeToString())
    assert again.my_param.slope == 3


def test_messages_are_found_by_their_own_names(write: Callable[[str, str], Path]) -> None:
    schema = load_schema([write("slope.proto", SLOPE)])
    assert schema.message("plugin.MyParam")(slope=2).slope == 2


def test_one_number_for_two_fields(write: Callable[[str, str], Path]) -> None:
    schema = load_schema([write("slope.proto", SLOPE), write("other.proto", OTHER)])
    layer = _layer(schema, 'my_param { slope: 2 } other_param { word: "x" } name: "n"')
    assert (layer.my_param.slope, layer.other_param.word) == (2, "x")
    (note,) = schema.notes
    assert "number 1000 in LayerParameter is taken by" in note
    assert "'other_param' has number 149 here" in note


def test_a_contested_number_is_never_read(write: Callable[[str, str], Path]) -> None:
    slope, other = write("slope.proto", SLOPE), write("other.proto", OTHER)
    written = _layer(load_schema([other]), 'name: "n" other_param { word: "x" }')
    read = load_schema([slope, other]).binary_message("LayerParameter")
    again = read.FromString(written.SerializeToString())
    assert [field.name for field, _ in again.ListFields()] == ["name"]


def test_one_file_given_twice(write: Callable[[str, str], Path]) -> None:
    path = write("slope.proto", SLOPE)
    assert load_schema([path, path]).notes == ()


def test_an_imported_file_is_shared(write: Callable[[str, str], Path]) -> None:
    write("common.proto", "message Common { optional int32 size = 1; }")
    extend = 'import "common.proto"; extend caffe.LayerParameter {{ optional Common {} = {}; }}'
    one = write("one.proto", extend.format("one", 500))
    two = write("two.proto", extend.format("two", 501))
    layer = _layer(load_schema([one, two]), "one { size: 1 } two { size: 2 }")
    assert layer.one.DESCRIPTOR is layer.two.DESCRIPTOR


def test_one_name_for_two_fields(
    write: Callable[[str, str], Path], refusal: Callable[..., str]
) -> None:
    first = write("a.proto", "extend caffe.LayerParameter { optional int32 x = 500; }")
    second = write("b.proto", "extend caffe.LayerParameter { optional int32 x = 501; }")
    assert refusal(load_schema, [first, second]).startswith(
        f"{second} and {first} both add a field 'x' to LayerParameter"
    )


def test_a_name_of_caffes_own(
    write: Callable[[str, str], Path], refusal: Callable[..., str]
) -> None:
    path = write("a.proto", "extend caffe.LayerParameter { optional int32 name = 500; }")
    assert f"{path} and Caffe itself both add a field 'name'" in refusal(load_schema, [path])
