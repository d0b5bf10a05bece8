"""Parsing prototxt, and the errors that say where and what."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from owltf.caffe.prototxt.text import decode_text, parse_blocks, parse_text
from owltf.caffe.schema.schema import Schema


def _parse(schema: Schema, text: str, message: str = "NetParameter", **options: Any) -> Any:
    parsed = schema.message(message)()
    parse_text(text, parsed, "a.prototxt", **options)
    return parsed


def test_everything_that_caffe_accepts(schema: Schema) -> None:
    net = _parse(
        schema,
        "\ufeff# comment with \"quotes\" and a {\r\nname: 'it''s' # more\r\n"
        "input_dim: [1, 2] layer: { name: 'a', type: \"b\"; } layer < top: 't' >\r"
        "force_backward: 1",
    )
    assert (net.name, list(net.input_dim), net.force_backward) == ("its", [1, 2], True)
    assert [layer.name for layer in net.layer] == ["a", ""]


def test_numbers(schema: Schema) -> None:
    solver = _parse(schema, "base_lr: 0.5f gamma: 1e-1 power: .5 momentum: 1.", "SolverParameter")
    assert (solver.base_lr, solver.power, solver.momentum) == (0.5, 0.5, 1)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('name "x"', '1:6: Expected ":".'),
        ('name: "x', "1:7: String missing ending quote: '\"x'"),
        ('layer {\n  name: "a"\n', "1:1: layer is never closed"),
        ("layer {\n  pooling_param: < pool: MAX", "2:3: pooling_param is never closed; a > "),
        ("layer " + "{ a " * 200, "1:401: a lies more than 100 blocks deep"),
        ("layer { name: [", "1:15: Expected"),
        ("layer { } }", "1:11: Expected identifier or number, got }."),
        ("layer: 3", '1:8: Expected "{".'),
        ("name: 3", "1:7: Expected string but found: '3'"),
        ('name: "a" name: "b"', "1:17: Message type"),
        ("layer { pooling_param { kernel_size: -3 } }", "1:38: Value out of range: -3"),
        ("layer { pooling_param { kernel_size: 1.5 } }", "1:38: Couldn't parse integer: 1.5"),
        ("force_backward: maybe", '1:17: Expected "true" or "false".'),
        ("layer { }\nlayer { clip_param { min: 1 } }", "2: required but missing: layer[1].clip"),
        ("layers { type: 'RELU' }", "1:10: type cannot be 'RELU': did you mean 'RELU'?"),
        (
            "layer {\n  pooling_param { pool: MEAN }\n}",
            "2:19: pool cannot be MEAN: one of MAX, AVE, STOCHASTIC",
        ),
        (
            "layer {\n  botom: 'x'\n}",
            "2:3: LayerParameter has no field 'botom': did you mean 'bottom'?; a plugin can",
        ),
        ("qqq: 1", "1:1: NetParameter has no field 'qqq': no field has a name like it; a plugin"),
        (
            "q: 1 q: 2",
            "1:1: NetParameter has no field 'q': no field has a name like it (2 times, lines 1",
        ),
        ("# \udce9\nname: '\udce9'", "2:7: bytes that are not UTF-8; save the file as UTF-8"),
    ],
)
def test_errors(schema: Schema, refusal: Callable[..., str], text: str, error: str) -> None:
    assert refusal(_parse, schema, text).startswith(f"a.prototxt:{error}")


def test_required_outside_of_layers(schema: Schema, refusal: Callable[..., str]) -> None:
    message = refusal(_parse, schema, "min: 1", "ClipParameter")
    assert message == "a.prototxt: required but missing: max"


def test_unknown_fields_are_listed_where_they_are_ignored(schema: Schema) -> None:
    net = schema.message("NetParameter")()
    text = 'foo: 1\nlayer {\n  bar { a: 1 }\n  pooling_param { pool: MEAN stride: 2 } name: "n"\n}'
    ignored = parse_text(text, net, "a.prototxt", ignore_unknown=True)
    assert ignored == [
        *("a.prototxt:1:1: foo", "a.prototxt:3:3: bar", "a.prototxt:4:19: pool: MEAN")
    ]
    assert (net.layer[0].name, net.layer[0].pooling_param.stride) == ("n", 2)


def test_errors_stand_where_they_were_after_ignoring(
    schema: Schema, refusal: Callable[..., str]
) -> None:
    message = refusal(_parse, schema, "foo { a: 1\n b: 2 } name: 3", ignore_unknown=True)
    assert message.startswith("a.prototxt:2:15: ")


def test_blocks_keep_their_lines(schema: Schema) -> None:
    parsed = parse_blocks("name: 'a'\n\nlayer { }", schema.message("NetParameter")(), "a")
    assert [block.line for block in parsed.root.inside("layer")] == [3]


def test_comments_may_hold_any_bytes(schema: Schema) -> None:
    text = decode_text("# größer\nname: 'a'".encode("latin-1"), "a.prototxt")
    assert _parse(schema, text).name == "a"


def test_binary_file(refusal: Callable[..., str]) -> None:
    message = refusal(decode_text, b"\x0a\x05LeNet\xa2\x06\x03", "a.caffemodel")
    assert message == "a.caffemodel: a binary file, where a text file (prototxt) is expected"


def test_utf16(refusal: Callable[..., str]) -> None:
    assert refusal(decode_text, "name".encode("utf-16"), "a").endswith("save it as UTF-8")


@pytest.mark.parametrize(
    "text",
    [
        'name: "' + "x" * 1_000_000 + '"',
        'name: "' + "é" * 1_000_000 + '"',
        'q: "' + "x" * 1_000_000 + '"',
        "name:" + " " * 1_000_000 + '"x"',
        'name: "' + r"\n" * 200_000 + '"',
    ],
    ids=["letters", "others", "unknown", "blanks", "backslashes"],
)
def test_memory_of_long_texts(schema: Schema, text: str) -> None:
    """Regular expressions that repeat a group keep 130 to 170 bytes for each time."""
    tracemalloc.start()
    _parse(schema, text, ignore_unknown=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (130 if r"\n" in text else 20) * len(text)


def test_more_than_any_net_has(schema: Schema, refusal: Callable[..., str]) -> None:
    assert "backslashes" in refusal(_parse, schema, 'name: "' + r"\n" * 300_001 + '"')
    assert "more than 500,000 fields" in refusal(_parse, schema, "layer{}" * 500_001)
