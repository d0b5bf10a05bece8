"""Merging plugins' messages and fields into Caffe's own descriptors.

A plugin's `.proto` may use Caffe's messages and Caffe's messages then hold the plugin's, so all of
them go into one file. There each plugin file has a message of its own that its messages and enums
are nested in: so nothing of one plugin can clash with another's, save the fields they add.
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

from owltf.caffe.schema.extensions import Extension, is_googles
from owltf.errors import OwltfError

RESERVED_NUMBERS = range(19000, 20000)


@dataclass(frozen=True)
class Claim:
    """A field that an extension adds to a message."""

    path: Path
    message: str
    field: FieldDescriptorProto


@dataclass
class Merged:
    """The merged file, and what had to be changed for it."""

    file: FileDescriptorProto
    imports: dict[str, FileDescriptorProto] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    text_only: set[tuple[str, str]] = field(default_factory=set)


def merge(base: FileDescriptorProto, extensions: Iterable[Extension]) -> Merged:
    """Merge extensions into Caffe's file; the fields they add become ordinary ones.

    Of two fields with one number the later gets a free number, which is noted.

    Raises:
        OwltfError: two extensions add a field of one name.
    """
    merged = Merged(FileDescriptorProto.FromString(base.SerializeToString()))
    seen: dict[bytes, dict[str, str]] = {}
    claims = [claim for one in extensions for claim in _add_extension(merged, one, seen)]
    _add_fields(merged, claims)
    for message in _messages_in(merged.file.message_type):
        message.ClearField("extension_range")
        message.ClearField("extension")
    merged.file.dependency.extend(sorted(merged.imports))
    return merged


def _add_extension(
    merged: Merged, extension: Extension, seen: dict[bytes, dict[str, str]]
) -> Iterator[Claim]:
    renames: dict[str, str] = {}
    added = []
    for file in extension.files:
        if is_googles(file.name):
            merged.imports[file.name] = file
            continue
        # Two plugins may share a helper: it is added once.
        key = file.SerializeToString(deterministic=True)
        if key not in seen:
            seen[key] = {}
            added.append((_add_scope(merged, file, seen[key]), file))
        renames |= seen[key]
    merged.names |= {
        old[1:]: new[1:] for old, new in renames.items() if old[1:] not in merged.names
    }
    for scope, file in added:
        _rename_types(scope, renames)
        yield from _claims(extension.path, scope, file, renames)


def _add_scope(
    merged: Merged, file: FileDescriptorProto, renames: dict[str, str]
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
    """Rename a type by its outermost renamed part: `.pkg.A.B` lies in `.pkg.A`."""
    parts = name.split(".")
    for end in range(2, len(parts) + 1):
        head = ".".join(parts[:end])
        if head in renames:
            return ".".join([renames[head], *parts[end:]])
    return name


def _claims(
    path: Path, scope: DescriptorProto, file: FileDescriptorProto, renames: dict[str, str]
) -> Iterator[Claim]:
    nested = (one.extension for one in _messages_in(scope.nested_type))
    for member in chain(file.extension, *nested):
        added = FieldDescriptorProto.FromString(member.SerializeToString())
        if added.type_name:
            added.type_name = _renamed(added.type_name, renames)
        message = _renamed(added.extendee, renames)
        added.ClearField("extendee")
        added.ClearField("json_name")
        yield Claim(path, message, added)


def _add_fields(merged: Merged, claims: list[Claim]) -> None:
    by_name = dict(_named_messages(f".{merged.file.package}", merged.file.message_type))
    for message, owned in _by_message(claims).items():
        # Options of protoc itself may be extended too; they say nothing about Caffe's files.
        if message in by_name:
            _refuse_one_name(by_name[message], owned)
            _add_numbered(merged, message, by_name[message], owned)


def _refuse_one_name(message: DescriptorProto, claims: list[Claim]) -> None:
    owners: dict[str, Path | None] = {member.name: None for member in message.field}
    for claim in claims:
        name = claim.field.name
        if name in owners:
            other = owners[name] or "Caffe itself"
            raise OwltfError(
                f"{claim.path} and {other} both add a field {name!r} to {message.name}; "
                "rename one of them or leave one plugin out"
            )
        owners[name] = claim.path


def _add_numbered(
    merged: Merged, full_name: str, message: DescriptorProto, claims: list[Claim]
) -> None:
    owners: dict[int, Claim | None] = {member.number: None for member in message.field}
    free = _free_numbers(owners.keys() | {claim.field.number for claim in claims}, max(owners))
    for claim in claims:
        number = claim.field.number
        if number in owners:
            claim.field.number = next(free)
            merged.notes.append(_renumbered_note(claim, message.name, number, owners[number]))
            merged.text_only |= {
                (full_name, one.field.name) for one in (claim, owners[number]) if one
            }
        owners[claim.field.number] = owners.get(claim.field.number) or claim
        message.field.append(claim.field)


def _free_numbers(taken: set[int], start: int) -> Iterator[int]:
    return (n for n in count(start) if n not in taken and n not in RESERVED_NUMBERS)


def _renumbered_note(claim: Claim, message: str, number: int, owner: Claim | None) -> str:
    taker = owner.path if owner else "Caffe itself"
    left_out = f"{owner.field.name!r} and it are" if owner else "it is"
    return (
        f"{claim.path}: number {number} in {message} is taken by {taker}, so {claim.field.name!r} "
        f"has number {claim.field.number} here; {left_out} left out when binary files are read"
    )


def for_binary(merged: Merged) -> FileDescriptorProto:
    """Copy the merged file without fields whose number could mean another plugin's."""
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


def _by_message(claims: list[Claim]) -> dict[str, list[Claim]]:
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.message, []).append(claim)
    return groups
