"""Checks that the texts in a binary message are text, which protobuf's own parser leaves open."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message


def refuse_bad_text(message: Message) -> None:
    """Check every text in a message and the messages inside it.

    Raises:
        ValueError: if one is not UTF-8; the error names its field.
    """
    for field, value in message.ListFields():
        if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
            for inner in _values(field, value):
                refuse_bad_text(inner)
        elif field.type == FieldDescriptor.TYPE_STRING:
            _refuse(field, value)


def _refuse(field: Any, value: Any) -> None:
    try:
        # protobuf gives what is not UTF-8 as bytes, or fails, depending on its version.
        is_text = all(isinstance(each, str) for each in _values(field, value))
    except UnicodeDecodeError:
        is_text = False
    if not is_text:
        raise ValueError(f"{field.full_name}: not UTF-8")


def _values(field: Any, value: Any) -> Any:
    is_repeated = getattr(field, "is_repeated", None)
    if is_repeated is None:
        is_repeated = field.label == FieldDescriptor.LABEL_REPEATED
    return value if is_repeated else [value]
