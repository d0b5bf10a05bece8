"""Reads Datums, Caffe's records of an image with its label, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from owltf.data.source.chunk import Chunk
from owltf.data.source.datum_fields import TAGGED_FLOAT, Field, Record, read_fields

Places = npt.NDArray[np.intp]

_SHAPE = (1, 2, 3)
_DATA, _LABEL, _FLOAT_DATA, _ENCODED = 4, 5, 6, 7
_FLOAT = 4
_LARGE = 1 << 15
_LOW_32_BITS, _SIGN = 0xFFFFFFFF, 1 << 31


class BadRecordError(Exception):
    """Raised if a record of a chunk cannot be decoded or does not fit the others.

    Attributes:
        place: the record's place in the chunk, from 0.
        reason: the end of a sentence about it: "is not a Datum".
    """

    def __init__(self, place: int, reason: str) -> None:
        """Keep the record's place and the reason."""
        super().__init__(place, reason)
        self.place = int(place)
        self.reason = reason


class Layout(NamedTuple):
    """The shape of a Datum's image and the places of its values and its label.

    Attributes:
        shape: (C, H, W); zeros where an encoded image leaves them out.
        encoded: whether its data are an image file.
        values: the place of `data` or `float_data`.
        stride: bytes from one value to the next: 1 for `data`.
        label: the label with its place.
    """

    shape: tuple[int, int, int]
    encoded: bool
    values: slice
    stride: int
    label: Field

    @property
    def dtype(self) -> type[np.generic]:
        """The type of the values."""
        return np.uint8 if self.stride == 1 else np.float32

    @property
    def value_count(self) -> int:
        """The number of values."""
        return int(self.values.stop - self.values.start) // self.stride

    @property
    def label_value(self) -> int:
        """The label as an int32, negative ones too."""
        return ((self.label.integer & _LOW_32_BITS) ^ _SIGN) - _SIGN

    def mismatch(self) -> str | None:
        """Return why its values cannot be an image of its shape, None if they can."""
        needed = prod(self.shape)
        if self.encoded or self.value_count == needed > 0:
            return None
        shape = "x".join(map(str, self.shape))
        return f"holds {self.value_count} values where an image of {shape} needs {needed}"


@dataclass(frozen=True)
class Block:
    """N Datums that all have the same layout.

    Attributes:
        layout: their layout.
        rows: their bytes, uint8 (N, length).
    """

    layout: Layout
    rows: npt.NDArray[np.uint8]

    def values(self) -> npt.NDArray[Any]:
        """Return the values, uint8 or float32 (N, C, H, W)."""
        part = self.rows[:, self.layout.values]
        if self.layout.stride != 1:
            floats = part.reshape(len(part), -1, self.layout.stride)[:, :, -_FLOAT:]
            part = np.ascontiguousarray(floats).view("<f4")
        return part.reshape(-1, *self.layout.shape)

    def labels(self) -> npt.NDArray[np.int32]:
        """Return the labels, int32 (N,), 0 where a record has none."""
        label = np.zeros(len(self.rows), np.uint64)
        for place, digits in enumerate(self.rows[:, self.layout.label.place].T):
            label |= (digits & 127).astype(np.uint64) << np.uint64(7 * place)
        return label.astype(np.uint32).view(np.int32)

    def is_uniform(self) -> bool:
        """Return whether all records have the layout of the first one."""
        return all((part == part[0]).all() for part in self._frame())

    def _frame(self) -> Iterator[npt.NDArray[np.uint8]]:
        """Yield the bytes that are equal in all records of the same layout."""
        values, label = self.layout.values, self.layout.label.place
        first, second = sorted((values, label), key=lambda place: int(place.start))
        yield self.rows[:, : first.start]
        yield self.rows[:, first.stop : second.start]
        yield self.rows[:, second.stop :]
        yield self.rows[:, label] & np.uint8(128)
        if self.layout.stride == TAGGED_FLOAT:
            yield self.rows[:, values][:, ::TAGGED_FLOAT]


def read_blocks(records: Sequence[Record]) -> Iterator[tuple[Places, Block]]:
    """Join records of the same layout, so that NumPy decodes a chunk as one array or a few.

    Records of the same length nearly always have the same layout; a label of 128 or more makes a
    record a byte longer.

    Yields:
        A block of records, with their places in the chunk.

    Raises:
        BadRecordError: if a record is not a Datum.
    """
    lengths = _lengths(records)
    for length in np.unique(lengths):
        places = np.flatnonzero(lengths == length)
        block = _join(records, places)
        if block.is_uniform():
            yield places, block
        else:
            yield from ((place, _join(records, place)) for place in places[:, None])


def read_layout(record: Record) -> Layout:
    """Return the layout of a Datum.

    Raises:
        ValueError: if it is not a Datum; the message goes on from "the record".
    """
    try:
        fields = {field.number: field for field in read_fields(record)}
    except ValueError as error:
        raise ValueError("is not a Datum") from error
    nothing = Field(0, 0, slice(len(record), len(record)))
    data, floats = fields.get(_DATA, nothing), fields.get(_FLOAT_DATA, nothing)
    has_data = data.place.stop > data.place.start or floats is nothing
    channels, height, width = (fields.get(number, nothing).integer for number in _SHAPE)
    return Layout(
        shape=(channels, height, width),
        encoded=bool(fields.get(_ENCODED, nothing).integer),
        values=data.place if has_data else floats.place,
        stride=1 if has_data else TAGGED_FLOAT if floats.tagged else _FLOAT,
        label=fields.get(_LABEL, nothing),
    )


def _lengths(records: Sequence[Record]) -> Places:
    if isinstance(records, Chunk):
        return records.sizes
    return np.fromiter(map(len, records), np.intp, len(records))


def _join(records: Sequence[Record], places: Places) -> Block:
    first = int(places[0])
    try:
        layout = read_layout(records[first])
    except ValueError as error:
        raise BadRecordError(first, str(error)) from error
    if isinstance(records, Chunk):
        return Block(layout, records.rows(places))
    rows = _concatenate([records[place] for place in places])
    return Block(layout, rows.reshape(len(places), -1))


def _concatenate(records: Sequence[Record]) -> npt.NDArray[np.uint8]:
    if len(records[0]) < _LARGE:
        return np.frombuffer(b"".join(records), np.uint8)
    # NumPy puts large arrays on huge pages; with small pages, as for bytes, their page faults take
    # longer than the copy.
    return np.concatenate([np.frombuffer(record, np.uint8) for record in records])
