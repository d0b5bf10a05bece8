"""Reads the files by which plugins extend Caffe's schema: `.proto` text or descriptor sets."""

from dataclasses import dataclass
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.message import DecodeError

from owltf.caffe.schema.message_text import refuse_bad_text
from owltf.caffe.schema.protoc import compile_proto
from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes

BASE_NAME = "caffe.proto"


@dataclass(frozen=True)
class Extension:
    """The descriptors of a plugin's file and of the files it imports, except Caffe's."""

    path: Path
    files: tuple[FileDescriptorProto, ...]


def read_extension(path: Path) -> Extension:
    """Read an extension: `.proto` text, or a compiled descriptor set (any other suffix).

    Raises:
        OwltfError: if there is no such file, or it is not valid.
    """
    if not path.is_file():
        raise OwltfError(f"{path}: no such schema extension")
    files = (compile_proto(path) if path.suffix == ".proto" else _read_compiled(path)).file
    own = tuple(file for file in files if Path(file.name).name != BASE_NAME)
    for file in own:
        if file.syntax not in ("", "proto2") and not is_googles(file.name):
            raise OwltfError(
                f'{path}: {file.name} must be proto2 (syntax = "proto2";), as Caffe is'
            )
    return Extension(path, own)


def _read_compiled(path: Path) -> FileDescriptorSet:
    try:
        compiled = FileDescriptorSet.FromString(read_bytes(path))
        refuse_bad_text(compiled)
    except (DecodeError, ValueError, RecursionError):
        compiled = FileDescriptorSet()
    if not compiled.file:
        raise OwltfError(f"{path}: neither a .proto nor a compiled descriptor set")
    return compiled


def is_googles(name: str) -> bool:
    """Return whether a file is one of protobuf's own, such as google/protobuf/any.proto."""
    return name.startswith("google/protobuf/")
