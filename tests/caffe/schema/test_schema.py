"""Message classes of Caffe's schema."""

from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from owltf.caffe.schema.schema import Schema, load_schema


def test_classes_are_made_once(schema: Schema) -> None:
    assert schema.message("NetParameter") is schema.message("NetParameter")
    assert load_schema() is schema


def test_binary_messages_are_the_same_without_extensions(schema: Schema) -> None:
    assert schema.binary_message("BlobProto") is schema.message("BlobProto")


def test_unknown_message(schema: Schema) -> None:
    with pytest.raises(KeyError):
        schema.message("NoSuchParameter")


def test_descriptor_set_that_does_not_fit(tmp_path: Path, refusal: Callable[..., str]) -> None:
    broken = FileDescriptorSet()
    message = broken.file.add(name="mine.proto", package="mine").message_type.add(name="A")
    message.field.add(name="b", number=1, label=1, type=11, type_name=".mine.Nowhere")
    path = tmp_path / "mine.pb"
    path.write_bytes(broken.SerializeToString())
    assert refusal(load_schema, [path]).startswith(f"{path}: ")
