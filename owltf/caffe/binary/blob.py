"""Converts Caffe's BlobProto to a NumPy array and back, without copying its numbers.

Files hold BlobProtos in many forms: packed or not, in double or half precision, with a shape or
with the four numbers `num`, `channels`, `height` and `width`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import prod

import numpy as np

from owltf.caffe.binary.protobuf_wire import (
    FIXED32,
    FIXED64,
    LENGTH,
    VARINT,
    BrokenWireError,
    Field,
    encode_length,
    encode_varint,
    signed,
    varints,
    walk,
)

_LEGACY_AXES = range(1, 5)
_MOST_AXES = 32
_MOST_NUMBERS = 1 << 40
_DATA, _DIFF, _SHAPE, _DOUBLE_DATA = 5, 6, 7, 8
# NVIDIA's fork keeps numbers of any precision as bytes.
_RAW_TYPE, _RAW_DATA = 10, 12
_RAW_DTYPES = {0: "<f8", 1: "<f4", 2: "<f2"}
_PACKED_DTYPES = {_DATA: "<f4", _DOUBLE_DATA: "<f8"}
_UNPACKED = {(_DATA, FIXED32): "<f4", (_DOUBLE_DATA, FIXED64): "<f8"}


@dataclass
class _Parts:
    """The parts of a BlobProto that were read so far."""

    shape: tuple[int, ...] | None = None
    legacy: dict[int, int] = field(default_factory=dict)
    chunks: list[np.ndarray] = field(default_factory=list)
    raw_type: int = 1
    raw: Field | None = None


def decode_blob(data: memoryview, start: int, end: int) -> np.ndarray:
    """Decode the BlobProto between two offsets as float32 of Caffe's shape.

    Packed float32 numbers are not copied: the array is a read-only view of `data`.

    Raises:
        BrokenWireError: if the bytes are no blob, or its shape and its numbers do not agree.
    """
    parts = _Parts()
    for known in _walk(data, start, end, parts.chunks):
        _add(parts, data, known)
    values = _values(parts, data)
    shape = _shape(parts)
    if len(shape) > _MOST_AXES:
        raise BrokenWireError(f"a shape of more than {_MOST_AXES} axes")
    if any(size < 0 for size in shape):
        raise BrokenWireError(f"shape {shape} has negative sizes")
    if prod(shape) != values.size:
        raise BrokenWireError(
            f"shape {shape} needs {prod(shape)} numbers, the file holds {values.size}"
        )
    if prod(size or 1 for size in shape) > _MOST_NUMBERS:
        raise BrokenWireError(f"shape {shape} has absurd sizes")
    return values.reshape(shape)


def _walk(data: memoryview, start: int, end: int, chunks: list[np.ndarray]) -> Iterator[Field]:
    """Yield a blob's fields, but append its unpacked numbers to `chunks`, many at a time."""
    while start < end:
        known = next(walk(data, start, end))
        dtype = _UNPACKED.get((known.number, known.wire_type))
        if dtype is None:
            yield known
            start = known.end
        else:
            chunks.append(_unpacked_run(data[start:end], known.start - start, dtype))
            start += chunks[-1].size * (known.end - start)


def _unpacked_run(data: memoryview, tag_size: int, dtype: str) -> np.ndarray:
    # Unpacked numbers are fields of equal length, each behind the same tag, so they make the rows
    # of a table, in which NumPy finds the first row with another tag without a loop in Python.
    size = tag_size + np.dtype(dtype).itemsize
    records = np.frombuffer(data, np.uint8, len(data) // size * size).reshape(-1, size)
    differs = (records[:, :tag_size] != records[0, :tag_size]).any(axis=1)
    count = int(differs.argmax()) if differs.any() else len(records)
    return np.ascontiguousarray(records[:count, tag_size:]).view(dtype).reshape(-1)


def _add(parts: _Parts, data: memoryview, known: Field) -> None:
    match known.number, known.wire_type:
        case (number, wire_type) if wire_type == LENGTH and number in _PACKED_DTYPES:
            parts.chunks.append(_numbers(data, known, _PACKED_DTYPES[number]))
        case (number, wire_type) if wire_type == VARINT and number in _LEGACY_AXES:
            parts.legacy[number] = signed(known.value)
        case (number, wire_type) if number == _SHAPE and wire_type == LENGTH:
            parts.shape = tuple(islice(_dims(data, known), _MOST_AXES + 1))
        case (number, wire_type) if number == _RAW_TYPE and wire_type == VARINT:
            parts.raw_type = known.value
        case (number, wire_type) if number == _RAW_DATA and wire_type == LENGTH:
            parts.raw = known


def _numbers(data: memoryview, known: Field, dtype: str) -> np.ndarray:
    size = known.end - known.start
    if size % np.dtype(dtype).itemsize:
        raise BrokenWireError(f"{size} bytes are no whole number of {np.dtype(dtype).name}")
    return np.frombuffer(data[known.start : known.end], dtype)


def _dims(data: memoryview, shape: Field) -> Iterator[int]:
    for dim in walk(data, shape.start, shape.end):
        if dim.number == 1 and dim.wire_type == VARINT:
            yield signed(dim.value)
        elif dim.number == 1 and dim.wire_type == LENGTH:
            yield from map(signed, varints(data, dim.start, dim.end))


def _values(parts: _Parts, data: memoryview) -> np.ndarray:
    chunks = parts.chunks
    if parts.raw and not chunks:
        if parts.raw_type not in _RAW_DTYPES:
            raise BrokenWireError(f"raw_data of type {parts.raw_type} (0 double, 1 float, 2 half)")
        chunks = [_numbers(data, parts.raw, _RAW_DTYPES[parts.raw_type])]
    values = chunks[0] if len(chunks) == 1 else np.concatenate(chunks or [np.empty(0, "<f4")])
    with np.errstate(over="ignore"):  # as in Caffe, doubles beyond float's range become inf
        return values.astype(np.float32, copy=False)


def _shape(parts: _Parts) -> tuple[int, ...]:
    if parts.legacy:
        return tuple(parts.legacy.get(axis, 0) for axis in _LEGACY_AXES)
    return parts.shape or ()


def encode_blob(
    array: np.ndarray, diff: np.ndarray | None = None
) -> tuple[bytes | memoryview, ...]:
    """Encode an array as a BlobProto, in parts, so that its numbers need not be copied.

    Args:
        array: the blob's `data`.
        diff: its `diff`, of the same shape; None to leave it out.

    Returns:
        In turn the bytes before some numbers and the numbers themselves; last those of the shape.
    """
    values = np.asarray(array, "<f4", order="C")
    dims = b"".join(encode_varint(size) for size in values.shape)
    shape = encode_length(1, len(dims)) + dims if dims else b""
    diffs = () if diff is None else _encode_numbers(_DIFF, np.asarray(diff, "<f4", order="C"))
    return (
        *_encode_numbers(_DATA, values),
        *diffs,
        encode_length(_SHAPE, len(shape)) + shape,
    )


def _encode_numbers(field: int, values: np.ndarray) -> tuple[bytes, memoryview]:
    return encode_length(field, values.nbytes), values.reshape(-1).view(np.uint8).data
