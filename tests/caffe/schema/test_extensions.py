"""Reading the files that extend the schema."""

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.schema.extensions import read_extension
from owltf.caffe.schema.protoc import compile_proto

pytest.importorskip("grpc_tools")

TEXT = 'syntax = "proto2"; import "caffe.proto"; package mine; message A { optional int32 b = 1; }'


def test_text_and_its_descriptor_set_say_the_same(tmp_path: Path) -> None:
    text, compiled = tmp_path / "mine.proto", tmp_path / "mine.pb"
    text.write_text(TEXT)
    compiled.write_bytes(compile_proto(text).SerializeToString())
    assert read_extension(text).files == read_extension(compiled).files
    assert [file.name for file in read_extension(text).files] == ["mine.proto"]


def test_missing(tmp_path: Path, refusal: Callable[..., str]) -> None:
    assert "no such schema extension" in refusal(read_extension, tmp_path / "none.proto")


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_not_a_descriptor_set(tmp_path: Path, refusal: Callable[..., str], content: bytes) -> None:
    path = tmp_path / "bad.pb"
    path.write_bytes(content)
    assert refusal(read_extension, path) == (
        f"{path}: neither a .proto nor a compiled descriptor set"
    )


def test_proto3(tmp_path: Path, refusal: Callable[..., str]) -> None:
    path = tmp_path / "new.proto"
    path.write_text('syntax = "proto3"; message A { int32 b = 1; }')
    assert "new.proto must be proto2" in refusal(read_extension, path)
