"""Reads LevelDB's logs: the manifest, which lists a database's tables, and its newest records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct, error

from owltf.data.source.records import BrokenDatabaseError

_BLOCK = 32768
_RECORD = Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_BATCH = Struct("<QI")
_VALUE, _DELETION = 1, 0
_COMPARATOR, _LOG, _NEXT_FILE, _SEQUENCE = 1, 2, 3, 4
_POINTER, _DELETED, _ADDED, _PREVIOUS_LOG = 5, 6, 7, 9
_USUAL_ORDER = b"leveldb.BytewiseComparator"
_MOST_SHIFT = 63


class BrokenLevelDbError(BrokenDatabaseError):
    """Raised if files are no LevelDB, or damaged; the message goes on from the database's name."""


@dataclass
class Manifest:
    """What a manifest says of a database.

    Attributes:
        tables: by number, the tables that hold records.
        log: the number of the first log whose records are in no table.
        previous_log: the number of the log before that one, if its records are in no table either.
    """

    tables: set[int] = field(default_factory=set)
    log: int = 0
    previous_log: int = 0


def read_manifest(data: bytes) -> Manifest:
    """Return what a manifest says.

    Raises:
        BrokenLevelDbError: if it is damaged, or keys are in an order that Caffe's never are.
    """
    manifest = Manifest()
    for edit in log_records(data):
        _apply(manifest, edit)
    return manifest


def log_records(data: bytes) -> Iterator[bytes]:
    """Yield the records of a log; one that was not written whole ends it, as in LevelDB."""
    parts: list[bytes] = []
    place = 0
    while place + _RECORD.size <= len(data):
        left = _BLOCK - place % _BLOCK
        if left < _RECORD.size:
            place += left
            continue
        _, size, kind = _RECORD.unpack_from(data, place)
        place += _RECORD.size
        if not kind or size + _RECORD.size > left or place + size > len(data):
            return
        if kind in (_FULL, _FIRST):
            parts = []
        parts.append(data[place : place + size])
        place += size
        if kind in (_FULL, _LAST):
            yield b"".join(parts)


def read_batch(batch: bytes) -> Iterator[tuple[bytes, int, bytes | None]]:
    """Yield what one record of the log of changes holds: keys, sequence numbers and values.

    A value of None says that the key was deleted.

    Raises:
        BrokenLevelDbError: if it is damaged.
    """
    try:
        sequence, count = _BATCH.unpack_from(batch)
        place = _BATCH.size
        for number in range(count):
            kind = batch[place]
            key, place = _bytes(batch, place + 1)
            value = None
            if kind == _VALUE:
                value, place = _bytes(batch, place)
            elif kind != _DELETION:
                raise BrokenLevelDbError("is broken: its log holds an unknown change")
            yield key, sequence + number, value
    except (error, IndexError) as failure:
        raise BrokenLevelDbError("is broken: a record of its log is cut short") from failure


def read_varint(data: bytes | memoryview, place: int) -> tuple[int, int]:
    """Return the integer at a place, and the place behind it.

    Raises:
        IndexError: if the data end before it does.
        BrokenLevelDbError: if it is too long.
    """
    value = shift = 0
    while shift <= _MOST_SHIFT:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
        shift += 7
    raise BrokenLevelDbError("is broken: an integer has no end")


def _bytes(data: bytes, place: int) -> tuple[bytes, int]:
    size, place = read_varint(data, place)
    if place + size > len(data):
        raise IndexError
    return data[place : place + size], place + size


def _apply(manifest: Manifest, edit: bytes) -> None:
    place = 0
    try:
        while place < len(edit):
            tag, place = read_varint(edit, place)
            place = _change(manifest, tag, edit, place)
    except IndexError as failure:
        raise BrokenLevelDbError("is broken: its manifest is cut short") from failure


def _change(manifest: Manifest, tag: int, edit: bytes, place: int) -> int:
    """Apply one field of an edit, and return the place behind it."""
    if tag == _COMPARATOR:
        name, place = _bytes(edit, place)
        if name != _USUAL_ORDER:
            raise BrokenLevelDbError(f"has its keys in an order of its own, {name[:80]!r}")
        return place
    first, place = read_varint(edit, place)
    if tag == _LOG:
        manifest.log = first
    elif tag == _PREVIOUS_LOG:
        manifest.previous_log = first
    elif tag == _POINTER:
        _, place = _bytes(edit, place)
    elif tag in (_DELETED, _ADDED):
        number, place = read_varint(edit, place)
        if tag == _DELETED:
            manifest.tables.discard(number)
        else:
            manifest.tables.add(number)
            _, place = read_varint(edit, place)
            for _ in ("smallest key", "largest key"):
                _, place = _bytes(edit, place)
    elif tag not in (_NEXT_FILE, _SEQUENCE):
        raise BrokenLevelDbError(f"is broken: its manifest has an unknown field {tag}")
    return place
