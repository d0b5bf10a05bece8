"""Merges the messages and fields of plugins into Caffe's own descriptors.

A plugin's `.proto` uses Caffe's messages, and Caffe's messages then hold the plugin's, so all of
them go into one file. The messages and enums of a plugin's file are nested there in one message
named after the file, so that two plugins can clash only by the fields that they add.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

from owltf.caffe.schema.claims import CannotUniteError, can_unite, unite
from owltf.caffe.schema.extensions import Extension, is_googles
from owltf.errors import OwltfError

RESERVED_NUMBERS = range(19000, 20000)


@dataclass(frozen=True)
class AddedField:
    """A field that an extension adds to a message.

    Attributes:
        path: the extension's file.
        message: the full name of the message that gets the field.
        field: the field.
    """

    path: Path
    message: str
    field: FieldDescriptorProto


@dataclass
class MergedSchema:
    """Caffe's descriptors with those of all extensions.

    Attributes:
        file: the merged file.
        imports: protobuf's own files that extensions import, by name.
        names: the full name in the merged file, by a message's name in its extension.
        notes: the changes that bringing the extensions together took, as plain sentences.
        text_only: fields, as (message, field), that binary files cannot tell from another's.
    """

    file: FileDescriptorProto
    imports: dict[str, FileDescriptorProto] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    text_only: set[tuple[str, str]] = field(default_factory=set)


def merge(base: FileDescriptorProto, extensions: Iterable[Extension]) -> MergedSchema:
    """Return Caffe's descriptors with the extensions' fields as ordinary fields of its messages.

    If two fields of a message have the same number, the later one gets a free number and a note.

    Raises:
        OwltfError: if two extensions add a field of the same name to a message, and it is not one
            message in both.
    """
    merged = MergedSchema(FileDescriptorProto.FromString(base.SerializeToString()))
    seen: dict[bytes, dict[str, str]] = {}
    fields = [added for one in extensions for added in _add_extension(merged, one, seen)]
    _add_fields(merged, fields)
    for message in _messages_in(merged.file.message_type):
        message.ClearField("extension_range")
        message.ClearField("extension")
    merged.file.dependency.extend(sorted(merged.imports))
    return merged


def _add_extension(
    merged: MergedSchema, extension: Extension, seen: dict[bytes, dict[str, str]]
) -> Iterator[AddedField]:
    renames: dict[str, str] = {}
    scopes = []
    for file in extension.files:
        if is_googles(file.name):
            merged.imports[file.name] = file
            continue
        # Two plugins may import the same file: it is added once.
        key = file.SerializeToString(deterministic=True)
        if key not in seen:
            seen[key] = {}
            scopes.append((_add_scope(merged, file, seen[key]), file))
        renames |= seen[key]
    merged.names |= {
        old[1:]: new[1:] for old, new in renames.items() if old[1:] not in merged.names
    }
    for scope, file in scopes:
        _rename_types(scope, renames)
        yield from _added_fields(extension.path, scope, file, renames)


def _add_scope(
    merged: MergedSchema, file: FileDescriptorProto, renames: dict[str, str]
) -> DescriptorProto:
    stem = re.sub(r"\W|^(?=\d)", "_", Path(file.name).stem)
    taken = {message.name for message in merged.file.message_type}
    name = _first_free(stem, taken)
    scope = merged.file.message_type.add(name=name)
    scope.nested_type.extend(file.message_type)
    scope.enum_type.extend(file.enum_type)
    prefix = f".{file.package}" if file.package else ""
    symbols = [message.name for message in file.message_type]
    for symbol in symbols + [enum.name for enum in file.enum_type]:
        renames[f"{prefix}.{symbol}"] = f".caffe.{name}.{symbol}"
    return scope


def _first_free(stem: str, taken: Container[str]) -> str:
    if stem not in taken:
        return stem
    return next(name for n in count(2) if (name := f"{stem}_{n}") not in taken)


def _rename_types(scope: DescriptorProto, renames: dict[str, str]) -> None:
    for message in _messages_in(scope.nested_type):
        for member in (*message.field, *message.extension):
            if member.type_name:
                member.type_name = _renamed(member.type_name, renames)


def _renamed(name: str, renames: dict[str, str]) -> str:
    """Return the new full name of a type, whose outermost message may be what was renamed.

    `.pkg.A.B` is renamed with `.pkg.A`.
    """
    parts = name.split(".")
    for end in range(2, len(parts) + 1):
        head = ".".join(parts[:end])
        if head in renames:
            return ".".join([renames[head], *parts[end:]])
    return name


def _added_fields(
    path: Path, scope: DescriptorProto, file: FileDescriptorProto, renames: dict[str, str]
) -> Iterator[AddedField]:
    nested = (one.extension for one in _messages_in(scope.nested_type))
    for member in chain(file.extension, *nested):
        copy = FieldDescriptorProto.FromString(member.SerializeToString())
        if copy.type_name:
            copy.type_name = _renamed(copy.type_name, renames)
        message = _renamed(copy.extendee, renames)
        copy.ClearField("extendee")
        copy.ClearField("json_name")
        yield AddedField(path, message, copy)


def _add_fields(merged: MergedSchema, fields: list[AddedField]) -> None:
    by_name = dict(_named_messages(f".{merged.file.package}", merged.file.message_type))
    for message, owned in _by_message(fields).items():
        # An extension may also add options for protoc itself, which no file of Caffe's holds.
        if message in by_name:
            owned = _united(by_name, owned)
            _refuse_one_name(by_name[message], owned)
            _add_numbered(merged, message, by_name[message], owned)


def _united(messages: dict[str, DescriptorProto], fields: list[AddedField]) -> list[AddedField]:
    """Return the fields, those of one name that can be united only once."""
    kept: dict[str, AddedField] = {}
    clashing = []
    for added in fields:
        first = kept.setdefault(added.field.name, added)
        if first is not added and not _unite(messages, first, added):
            clashing.append(added)
    return [*kept.values(), *clashing]


def _unite(messages: dict[str, DescriptorProto], first: AddedField, other: AddedField) -> bool:
    names = first.field.type_name, other.field.type_name
    if not can_unite(first.field, other.field) or any(name not in messages for name in names):
        return False
    into, added = (messages[name] for name in names)
    try:
        if into is not added:
            unite(into, added, first.path, other.path)
    except CannotUniteError as clash:
        raise OwltfError(
            f"{other.path} and {first.path} both add a field {first.field.name!r}, and their "
            f"{str(clash)!r} in it differs in type; leave one plugin out"
        ) from None
    return True


def _refuse_one_name(message: DescriptorProto, fields: list[AddedField]) -> None:
    owners: dict[str, Path | None] = {member.name: None for member in message.field}
    for added in fields:
        name = added.field.name
        if name in owners:
            other = owners[name] or "Caffe itself"
            raise OwltfError(
                f"{added.path} and {other} both add a field {name!r} to {message.name}; "
                "rename one of them or leave one plugin out"
            )
        owners[name] = added.path


def _add_numbered(
    merged: MergedSchema, full_name: str, message: DescriptorProto, fields: list[AddedField]
) -> None:
    owners: dict[int, AddedField | None] = {member.number: None for member in message.field}
    free = _free_numbers(owners.keys() | {added.field.number for added in fields}, max(owners))
    for added in fields:
        number = added.field.number
        if number in owners:
            added.field.number = next(free)
            merged.notes.append(_renumbered_note(added, message.name, number, owners[number]))
            merged.text_only |= {
                (full_name, one.field.name) for one in (added, owners[number]) if one
            }
        owners[added.field.number] = owners.get(added.field.number) or added
        message.field.append(added.field)


def _free_numbers(taken: set[int], start: int) -> Iterator[int]:
    return (n for n in count(start) if n not in taken and n not in RESERVED_NUMBERS)


def _renumbered_note(added: AddedField, message: str, number: int, owner: AddedField | None) -> str:
    taker = owner.path if owner else "Caffe itself"
    left_out = f"{owner.field.name!r} and it are" if owner else "it is"
    return (
        f"{added.path}: number {number} in {message} is taken by {taker}, so {added.field.name!r} "
        f"has number {added.field.number} here; {left_out} left out when binary files are read"
    )


def for_binary(merged: MergedSchema) -> FileDescriptorProto:
    """Return the merged file without the fields whose numbers mean two things in binary files."""
    file = FileDescriptorProto.FromString(merged.file.SerializeToString())
    for full_name, message in _named_messages(f".{file.package}", file.message_type):
        kept = [f for f in message.field if (full_name, f.name) not in merged.text_only]
        message.ClearField("field")
        message.field.extend(kept)
    return file


def _messages_in(messages: Iterable[DescriptorProto]) -> Iterator[DescriptorProto]:
    for message in messages:
        yield message
        yield from _messages_in(message.nested_type)


def _named_messages(
    prefix: str, messages: Iterable[DescriptorProto]
) -> Iterator[tuple[str, DescriptorProto]]:
    for message in messages:
        name = f"{prefix}.{message.name}"
        yield name, message
        yield from _named_messages(name, message.nested_type)


def _by_message(fields: list[AddedField]) -> dict[str, list[AddedField]]:
    groups: dict[str, list[AddedField]] = {}
    for added in fields:
        groups.setdefault(added.message, []).append(added)
    return groups
