"""The compiled schema is that of `caffe.proto`, which is Caffe's format."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from owltf.caffe.schema import compile_schema
from owltf.caffe.schema.protoc import compile_proto
from owltf.caffe.schema.schema import Schema, load_schema

TYPES = {
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_FLOAT: "float",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "bytes",
}


def test_compiled_schema_is_current() -> None:
    pytest.importorskip("grpc_tools")
    compiled = FileDescriptorSet.FromString(compile_schema.COMPILED.read_bytes())
    assert compiled == compile_proto(compile_schema.PROTO), "run owltf.caffe.schema.compile_schema"


def test_main_writes_the_descriptor_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("grpc_tools")
    monkeypatch.setattr(compile_schema, "COMPILED", tmp_path / "caffe.pb")
    compile_schema.main()
    assert (tmp_path / "caffe.pb").read_bytes() == (
        Path(compile_schema.__file__).parent / "caffe.pb"
    ).read_bytes()


def test_schema_has_every_fact_of_the_format(caffe_format: Path, schema: Schema) -> None:
    facts = json.loads((caffe_format / "schema.json").read_text())
    messages = {name: schema.message(name).DESCRIPTOR for name in facts["messages"]}
    ours = {
        name: {field.name: _fact(field) for field in message.fields}
        for name, message in messages.items()
    }
    theirs = {
        name: {field: _as_number(fact, facts["enums"]) for field, fact in fields.items()}
        for name, fields in facts["messages"].items()
    }
    assert ours == theirs


def test_schema_has_every_enum(caffe_format: Path, schema: Schema) -> None:
    for name, values in json.loads((caffe_format / "schema.json").read_text())["enums"].items():
        owner, _, nested = name.rpartition(".")
        enum = (
            schema.message(owner).DESCRIPTOR.enum_types_by_name[nested]
            if owner
            else schema.message("NetState").DESCRIPTOR.fields_by_name["phase"].enum_type
        )
        assert {value.name: value.number for value in enum.values} == values


def _fact(field: Any) -> dict[str, Any]:
    kind = field.message_type or field.enum_type
    label = "required" if field.is_required else "repeated" if field.is_repeated else "optional"
    fact = {
        "number": field.number,
        "label": label,
        "type": kind.full_name.removeprefix("caffe.") if kind else TYPES[field.type],
    }
    if field.is_packed:
        fact["packed"] = True
    if field.has_default_value:
        fact["default"] = field.default_value
    return fact


def _as_number(fact: dict[str, Any], enums: dict[str, dict[str, int]]) -> dict[str, Any]:
    if "default" not in fact:
        return fact
    text, kind = fact["default"], fact["type"]
    if kind in enums:
        return fact | {"default": enums[kind][text]}
    if kind == "float":
        return fact | {"default": float(np.float32(text))}
    values = {"true": True, "false": False}
    return fact | {
        "default": text if kind == "string" else values[text] if kind == "bool" else int(text)
    }


def test_a_plugins_file_is_compiled_beside_its_text(tmp_path: Path) -> None:
    pytest.importorskip("grpc_tools")
    path = tmp_path / "thing.proto"
    path.write_text(
        'syntax = "proto2"; package thing; import "caffe.proto";'
        "extend caffe.LayerParameter { optional caffe.FillerParameter thing = 2000; }"
    )
    compile_schema.main([str(path)])
    compiled = FileDescriptorSet.FromString((tmp_path / "thing.pb").read_bytes())
    assert [file.name for file in compiled.file] == ["thing.proto"]
    schema = load_schema([tmp_path / "thing.pb"])
    assert schema.message("LayerParameter").DESCRIPTOR.fields_by_name["thing"].number == 2000


def test_a_file_that_is_not_valid_is_told_in_one_line(tmp_path: Path) -> None:
    pytest.importorskip("grpc_tools")
    path = tmp_path / "thing.proto"
    path.write_text('syntax = "proto2"; message {')
    with pytest.raises(SystemExit, match=r"thing.proto:1:\d+: Expected message name"):
        compile_schema.main([str(path)])
    assert not (tmp_path / "thing.pb").exists()
