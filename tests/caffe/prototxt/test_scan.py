"""The first walk over a text: lines of fields, and what the schema does not know."""

from owltf.caffe.prototxt.scan import Block, Scan, scan
from owltf.caffe.schema.schema import Schema


def _scan(schema: Schema, text: str) -> Scan:
    return scan(text, schema.message("NetParameter").DESCRIPTOR)


def _tree(block: Block) -> list[object]:
    return [(one.name, one.line, *([_tree(one)] if one.blocks else [])) for one in block.blocks]


def test_every_form_of_a_field_has_its_line(schema: Schema) -> None:
    text = """name: "x"
    layer { name: 'a'
      type: "b" "c" }
    layer: < top: ["t",
      "u"]; bottom: "v", >
    layer: [{ },
      { }]"""
    assert _tree(_scan(schema, text).root) == [
        ("name", 1),
        ("layer", 2, [("name", 2), ("type", 3)]),
        ("layer", 4, [("top", 4), ("top", 5), ("bottom", 5)]),
        ("layer", 6),
        ("layer", 7),
    ]


def test_unknown_fields_end_where_their_values_do(schema: Schema) -> None:
    text = 'foo { a: [1, {b: 2}] } layer { [x.y]: 3 bar: "a" \'b\' baz < > name: "n" }'
    found = _scan(schema, text)
    assert [text[one.start : one.end] for one in found.unknown] == [
        *("foo { a: [1, {b: 2}] }", "[x.y]: 3", "bar: \"a\" 'b'", "baz < >")
    ]
    assert [block.name for block in found.root.blocks] == ["layer"]


def test_unknown_values_of_enums(schema: Schema) -> None:
    text = "state { phase: 7 } state { phase: 1 } layer { phase: TEST phase: TSET }"
    problems = [one.problem for one in _scan(schema, text).unknown]
    assert problems == [
        "phase cannot be 7: one of TRAIN, TEST",
        "phase cannot be TSET: one of TRAIN, TEST",
    ]


def test_a_long_enum_names_the_values_near(schema: Schema) -> None:
    (unknown,) = _scan(schema, "layers { type: POOL }").unknown
    assert unknown.problem == "type cannot be POOL: did you mean 'POOLING'?"


def test_broken_text_ends_the_walk(schema: Schema) -> None:
    for text in ("layer { name: }", "layer {", "layer }", "= 3", "layer [", "name: ]"):
        assert not _scan(schema, text).unknown
