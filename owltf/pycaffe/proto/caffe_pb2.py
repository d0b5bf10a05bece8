"""Caffe's messages and enums, those of the installed plugins included.

Every message of `caffe.proto` is a class here, `NetParameter` and so on, and every value of its
enums a number. `google.protobuf.text_format` reads and writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from owltf.did_you_mean import did_you_mean
from owltf.pycaffe.settings import SETTINGS

if TYPE_CHECKING:
    # The classes are made from the schema when they are asked for.
    BlobProto: Any
    BlobProtoVector: Any
    Datum: Any
    LayerParameter: Any
    NetParameter: Any
    PoolingParameter: Any
    SolverParameter: Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    schema = SETTINGS.registry.schema
    file = schema.descriptor
    if name == "DESCRIPTOR":
        return file
    if name in file.message_types_by_name:
        return schema.message(name)
    for enum in file.enum_types_by_name.values():
        if name in enum.values_by_name:
            return enum.values_by_name[name].number
        if name == enum.name:
            return EnumTypeWrapper(enum)
    known = (*file.message_types_by_name, *file.enum_types_by_name)
    raise AttributeError(f"caffe_pb2 has no {name!r}: {did_you_mean(name, known)}", name=name)


def __dir__() -> list[str]:
    file = SETTINGS.registry.schema.descriptor
    values = (value for enum in file.enum_types_by_name.values() for value in enum.values_by_name)
    names = (*file.message_types_by_name, *file.enum_types_by_name, *values)
    return sorted({*names, "DESCRIPTOR", "__doc__", "__name__"})
