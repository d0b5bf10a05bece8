"""Compiling `.proto` files, and what is said of those that are not valid."""

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.schema import protoc

pytest.importorskip("grpc_tools")


def test_imports_come_along(tmp_path: Path) -> None:
    (tmp_path / "a.proto").write_text('syntax = "proto2"; import "caffe.proto"; package a;')
    files = protoc.compile_proto(tmp_path / "a.proto").file
    assert [file.name for file in files] == ["caffe.proto", "a.proto"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("garbage", ":1:1: Expected top-level statement"),
        ('syntax = "proto2";\nmessage A { optional B b = 1; }', ':2:22: "B" is not defined.'),
        ('syntax = "proto2"; import "nowhere.proto";', ": nowhere.proto: File not found."),
    ],
)
def test_the_reason_is_one_line(
    tmp_path: Path, refusal: Callable[..., str], text: str, reason: str
) -> None:
    path = tmp_path / "bad.proto"
    path.write_text(text)
    assert refusal(protoc.compile_proto, path).startswith(f"{path}{reason}")


def test_without_grpc_tools(
    tmp_path: Path, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protoc, "find_spec", lambda name: None)
    assert "install it, or give a compiled descriptor set" in refusal(
        protoc.compile_proto, tmp_path / "a.proto"
    )
