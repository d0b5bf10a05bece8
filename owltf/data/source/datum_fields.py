"""Finds the places of a Datum's fields without protobuf's parser, which copies the pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

Record = memoryview | bytes

_VARINT, _EIGHT_BYTES, _DELIMITED, _FOUR_BYTES = 0, 1, 2, 5
_MOST_SHIFT = 63
TAGGED_FLOAT = 5


class Field(NamedTuple):
    """One field of a message.

    Attributes:
        number: the field's number.
        integer: its value if it is an integer, else 0.
        place: the place of its value. Floats that follow each other, each behind a tag of one byte,
            are given as one field whose place includes the tags.
        tagged: whether it is floats, each with its tag.
    """

    number: int
    integer: int
    place: slice
    tagged: bool = False


def read_fields(record: Record) -> Iterator[Field]:
    """Yield the fields of a protobuf message in their order.

    Raises:
        ValueError: if the record is not a protobuf message.
    """
    start = 0
    while start < len(record):
        field = _read_field(record, start)
        if field.place.stop > len(record) or not field.number:
            raise ValueError("a field reaches beyond the end")
        yield field
        start = field.place.stop


def _read_field(record: Record, start: int) -> Field:
    tag, after = _read_varint(record, start)
    number, kind = tag >> 3, tag & 7
    if kind == _VARINT:
        integer, stop = _read_varint(record, after)
        return Field(number, integer, slice(after, stop))
    if kind == _DELIMITED:
        size, after = _read_varint(record, after)
        return Field(number, 0, slice(after, after + size))
    if kind == _FOUR_BYTES:
        return Field(number, 0, slice(start, _end_of_floats(record, start)), tagged=True)
    if kind == _EIGHT_BYTES:
        return Field(number, 0, slice(after, after + 8))
    raise ValueError(f"there is no wire type {kind}")


def _read_varint(record: Record, start: int) -> tuple[int, int]:
    # Most numbers take one byte.
    if start < len(record) and record[start] < 128:
        return record[start], start + 1
    value = 0
    for place, shift in enumerate(range(0, _MOST_SHIFT + 1, 7), start):
        if place >= len(record):
            break
        value |= (record[place] & 127) << shift
        if record[place] < 128:
            return value, place + 1
    raise ValueError("an integer has no end")


def _end_of_floats(record: Record, start: int) -> int:
    rest = np.frombuffer(record, np.uint8)[start:]
    others = np.flatnonzero(rest[::TAGGED_FLOAT] != rest[0])
    run = int(others[0]) if len(others) else -(-len(rest) // TAGGED_FLOAT)
    return start + run * TAGGED_FLOAT
