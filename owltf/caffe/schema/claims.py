"""Unites the messages that several plugins claim one field name for.

Forks of Caffe gave one name to different messages: `bn_param` is another one in each of three. The
field's message then has the fields of all of them, and holds each plugin's own as a nested message
by which a text is told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto
from google.protobuf.message import Message

_PREFIX = "ClaimOf__"
_WIDEST = FieldDescriptorProto.TYPE_INT64
_WHOLE = (
    FieldDescriptorProto.TYPE_INT32,
    FieldDescriptorProto.TYPE_UINT32,
    FieldDescriptorProto.TYPE_INT64,
)


class CannotUniteError(ValueError):
    """Raised if two messages give one name to fields of different types; it says which."""


def can_unite(first: FieldDescriptorProto, second: FieldDescriptorProto) -> bool:
    """Return whether two fields of one name both hold one message."""
    once = (FieldDescriptorProto.TYPE_MESSAGE, FieldDescriptorProto.LABEL_OPTIONAL)
    return all((field.type, field.label) == once for field in (first, second))


def unite(into: DescriptorProto, other: DescriptorProto, into_path: Path, other_path: Path) -> None:
    """Give a message the fields of another plugin's message too.

    Args:
        into: the message that gets them.
        other: the other plugin's.
        into_path: the schema file that `into` comes from.
        other_path: the schema file that `other` comes from.

    Raises:
        CannotUniteError: if a field that both have differs in its type.
    """
    if not _claims_in(into.nested_type):
        _add_claim(into, into.field, into_path)
    _add_claim(into, other.field, other_path)
    own = {field.name: field for field in into.field}
    taken = {field.number for field in into.field}
    for field in other.field:
        if field.name not in own:
            _add(into, field, taken)
        elif all(each.type in _WHOLE for each in (field, own[field.name])):
            own[field.name].type = field.type if _same(field, own[field.name]) else _WIDEST
        elif not _same(field, own[field.name]) and not _same_enum(field, other, into):
            raise CannotUniteError(field.name)


def _same(one: FieldDescriptorProto, other: FieldDescriptorProto) -> bool:
    kinds = [(field.type, field.label, field.type_name) for field in (one, other)]
    return kinds[0] == kinds[1]


def _same_enum(field: FieldDescriptorProto, other: DescriptorProto, into: DescriptorProto) -> bool:
    """Return whether both messages have an enum of their own for a field, with the same values."""
    name = field.type_name.rpartition(".")[2]
    enums = [[each for each in owner.enum_type if each.name == name] for owner in (other, into)]
    return bool(enums[0]) and enums[0] == enums[1]


def _add(into: DescriptorProto, field: FieldDescriptorProto, taken: set[int]) -> None:
    added = into.field.add()
    added.CopyFrom(field)
    if added.number in taken:
        added.number = next(n for n in count(1) if n not in taken)
    taken.add(added.number)


def _add_claim(
    message: DescriptorProto, fields: Iterable[FieldDescriptorProto], path: Path
) -> None:
    owner, stem = (re.sub(r"\W", "_", part) for part in (path.parent.name, path.stem))
    names = {nested.name for nested in message.nested_type}
    free = (f"{_PREFIX}{owner}__{stem}{n or ''}" for n in count())
    message.nested_type.add(name=next(name for name in free if name not in names), field=fields)


def _claims_in(messages: Iterable[DescriptorProto]) -> list[DescriptorProto]:
    return [each for each in messages if each.name.startswith(_PREFIX)]


def refusal(name: str, given: Iterable[str], descriptor: Any) -> str | None:
    """Return why the fields in a text fit none of the messages claimed for its name, or None.

    Args:
        name: the name of the field that holds them.
        given: the names of the fields inside it.
        descriptor: its message.
    """
    claims = _claims(descriptor) if descriptor else []
    fields = set(given)
    if not claims or any(fields <= set(claim.fields_by_name) for claim in claims):
        return None
    known = "; ".join(f"{_owner(c)} has {', '.join(c.fields_by_name)}" for c in claims)
    return f"{name} is claimed by several plugins and none has all of {_listed(fields)}: {known}"


def _listed(fields: set[str]) -> str:
    return ", ".join(sorted(fields))


def _owner(claim: Descriptor) -> str:
    return str(claim.name).removeprefix(_PREFIX).split("__")[0]


def _claims(descriptor: Any) -> list[Descriptor]:
    return [each for each in descriptor.nested_types if each.name.startswith(_PREFIX)]


def set_defaults(message: Message) -> None:
    """Set what a message leaves open to the default of the claim that its fields fit.

    The united message has only one default for a field, which is that of the first plugin.
    """
    for inner in _claimed(message):
        given = {field.name for field, _ in inner.ListFields()}
        fits = (c for c in _claims(inner.DESCRIPTOR) if given <= set(c.fields_by_name))
        if claim := next(fits, None):
            _set(inner, claim)


def _claimed(message: Message) -> Iterator[Message]:
    for field, value in message.ListFields():
        if field.message_type and _claims(field.message_type):
            yield value


def _set(message: Message, claim: Descriptor) -> None:
    for field in claim.fields:
        own = message.DESCRIPTOR.fields_by_name[field.name]
        differs = field.has_default_value and field.default_value != own.default_value
        if differs and not message.HasField(field.name):
            setattr(message, field.name, field.default_value)
