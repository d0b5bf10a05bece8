"""Reads LevelDB's tables: files of sorted records in blocks, which Snappy may have compressed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple

import cramjam
import numpy as np
import numpy.typing as npt

from owltf.data.source.buffers import empty_aligned
from owltf.data.source.chunk import Bytes, Places
from owltf.data.source.leveldb_log import BrokenLevelDbError, read_varint

_FOOTER, _MAGIC = 48, 0xDB4775248B80FB57
_TRAILER, _PLAIN, _SNAPPY = 5, 0, 1
_NUMBER, _WORD = Struct("<Q"), Struct("<I")
_SEQUENCE_BYTES = 8
# Snappy makes at most 64 bytes of three; whatever claims more is damaged.
_MOST_OF_SNAPPY = 32


class Entry(NamedTuple):
    """A record of a block.

    Attributes:
        key: its key.
        sequence: the number of the change that wrote it.
        is_value: whether it is a record, not the note that one was deleted.
        start: where its value begins in the block.
        stop: where it ends.
    """

    key: bytes
    sequence: int
    is_value: bool
    start: int
    stop: int


class Table:
    """A file of sorted records.

    Attributes:
        path: the file.
        size: the file's bytes.
        blocks: the offset and size in the file of each block of records, int64 (N, 2).
    """

    def __init__(self, path: Path) -> None:
        """Open a table and read where its blocks are.

        Raises:
            BrokenLevelDbError: if it is none, or damaged.
            OSError: if it cannot be opened.
        """
        self.path = path
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        self.size = os.fstat(self._file).st_size
        footer = self._bytes(max(self.size - _FOOTER, 0), _FOOTER)
        if _NUMBER.unpack_from(footer, _FOOTER - 8)[0] != _MAGIC:
            raise BrokenLevelDbError(f"is broken or cut short: {path.name} is no table")
        with _cut_is_broken(path):
            place = 0
            handle = []
            for _ in range(4):
                number, place = read_varint(footer, place)
                handle.append(number)
            index = self._block(handle[2], handle[3])
            found = [_handle(index[each.start : each.stop]) for each in entries(index)]
        self.blocks = np.array(found, np.int64).reshape(-1, 2)

    def __del__(self) -> None:
        """Close the file."""
        if hasattr(self, "_file"):
            os.close(self._file)

    @property
    def block_count(self) -> int:
        """How many blocks of records it has."""
        return len(self.blocks)

    def block(self, number: int) -> memoryview:
        """Return the content of a block, unpacked.

        Raises:
            BrokenLevelDbError: if it is damaged, or the file was cut.
        """
        offset, size = self.blocks[number].tolist()
        return self._block(offset, size)

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many records each block has."""
        with _cut_is_broken(self.path):
            found = [self._count(offset, size) for offset, size in self.blocks.tolist()]
        return np.array(found, np.int64)

    def ends(self) -> tuple[bytes, bytes]:
        """Return the first and the last key."""
        with _cut_is_broken(self.path):
            first = next(entries(self.block(0))).key
            *_, last = entries(self.block(len(self.blocks) - 1))
        return first, last.key

    def data(self, first: int, stop: int) -> tuple[Bytes, Places]:
        """Return the content of the blocks from one to another, unpacked.

        Returns:
            The bytes, which may have others between the blocks; and where each block begins in
            them, and the last one ends.
        """
        offsets, sizes = self.blocks[first:stop].T
        ends = offsets + sizes + _TRAILER
        begins = offsets - offsets[0]
        # So it is in every file of LevelDB's own.
        if (ends[:-1] == offsets[1:]).all():
            packed = self._array(int(offsets[0]), int(ends[-1] - offsets[0]))
            kinds = packed[begins + sizes]
            if (kinds == _PLAIN).all():
                return packed, np.append(begins, len(packed))
            parts = [
                self._content(memoryview(packed)[begin : begin + size + _TRAILER])  # type: ignore[arg-type]
                for begin, size in zip(begins.tolist(), sizes.tolist(), strict=True)
            ]
        else:
            parts = [self.block(number) for number in range(first, stop)]
        edges = np.cumsum([0, *map(len, parts)])
        return np.concatenate([np.frombuffer(each, np.uint8) for each in parts]), edges

    def entries(self, number: int) -> tuple[memoryview, list[Entry]]:
        """Return a block's content, and its records."""
        with _cut_is_broken(self.path):
            block = self.block(number)
            return block, list(entries(block))

    def _count(self, offset: int, size: int) -> int:
        """Return a block's number of records, by its end alone where it is not compressed."""
        kind = self._bytes(offset + size, 1)[0]
        if kind != _PLAIN:
            return sum(1 for _ in entries(self._block(offset, size)))
        restarts = int(_WORD.unpack(self._bytes(offset + size - 4, 4))[0])
        start = size - 4 - 4 * restarts
        if start < 0 or not restarts:
            raise IndexError
        # Each restart but the last begins as many records as any other but the last does.
        packed = self._bytes(offset + start, 4 * restarts)
        places: list[int] = np.frombuffer(packed, "<u4").tolist()
        if restarts == 1:
            return self._count_between(offset, places[0], start)
        usual = self._count_between(offset, places[0], places[1])
        return usual * (restarts - 1) + self._count_between(offset, places[-1], start)

    def _count_between(self, offset: int, start: int, stop: int) -> int:
        """Return how many records lie between two places of a block, reading their heads alone."""
        count = 0
        while start < stop:
            head = self._bytes(offset + start, min(30, stop - start))
            place = 0
            sizes = []
            for _ in range(3):
                number, place = read_varint(head, place)
                sizes.append(number)
            start += place + sizes[1] + sizes[2]
            count += 1
        if start != stop:
            raise IndexError
        return count

    def _block(self, offset: int, size: int) -> memoryview:
        return self._content(memoryview(self._bytes(offset, size + _TRAILER)))

    def _content(self, data: memoryview) -> memoryview:
        """Return what a block holds, given all of its bytes in the file."""
        content, kind = data[:-_TRAILER], data[-_TRAILER]
        if kind == _PLAIN:
            return content
        if kind != _SNAPPY:
            raise BrokenLevelDbError(f"is broken: a block of {self.path.name} is of no known kind")
        return self._unpacked(content)

    def _unpacked(self, data: memoryview) -> memoryview:
        size, _ = read_varint(data, 0)
        try:
            if size > _MOST_OF_SNAPPY * len(data):
                raise ValueError(f"{len(data)} bytes claim to be {size}")
            buffer: Any = np.empty(size, np.uint8)
            cramjam.snappy.decompress_raw_into(data, buffer)
        except (cramjam.DecompressionError, ValueError) as error:
            raise BrokenLevelDbError(
                f"is broken: a block of {self.path.name} cannot be unpacked"
            ) from error
        return memoryview(buffer)

    def _bytes(self, offset: int, size: int) -> bytes:
        try:
            data = os.pread(self._file, size, offset) if 0 <= offset < 1 << 62 else b""
        except (OSError, OverflowError, MemoryError):
            data = b""
        self._refuse_cut(len(data) < size, offset + size)
        return data

    def _array(self, offset: int, size: int) -> Bytes:
        self._refuse_cut(offset + size > self.size, offset + size)
        data: Any = empty_aligned((size,), np.uint8)
        self._refuse_cut(os.preadv(self._file, [data], offset) < size, offset + size)
        return data  # type: ignore[no-any-return]

    def _refuse_cut(self, is_cut: bool, needed: int) -> None:
        if is_cut:
            raise BrokenLevelDbError(
                f"is broken or cut short: {self.path.name} should have {needed:,} bytes"
            )


def entries(block: memoryview) -> Iterator[Entry]:
    """Yield the records of a block.

    Raises:
        IndexError: if it is damaged.
    """
    (restarts,) = _WORD.unpack_from(block, len(block) - 4) if len(block) >= 4 else (1 << 31,)
    end = len(block) - 4 - 4 * restarts
    place, key = 0, b""
    if end < 0:
        raise IndexError
    while place < end:
        shared, more, size, place = _sizes(block, place)
        start = place + more
        key = key[:shared] + bytes(block[place:start])
        place = start + size
        if place > end or len(key) != shared + more or len(key) < _SEQUENCE_BYTES:
            raise IndexError
        (tail,) = _NUMBER.unpack_from(key, len(key) - _SEQUENCE_BYTES)
        yield Entry(key[:-_SEQUENCE_BYTES], tail >> 8, tail & 255 == 1, start, place)


def _sizes(block: memoryview, place: int) -> tuple[int, int, int, int]:
    """Return the three numbers at the head of a record, and where they end."""
    shared, more, low = block[place : place + 3]
    if shared | more < 128:
        # The two sizes of a key are small, as a rule, and take a byte each.
        if low < 128:
            return shared, more, low, place + 3
        high = block[place + 3]
        if high < 128:
            return shared, more, low & 127 | high << 7, place + 4
    shared, place = read_varint(block, place)
    more, place = read_varint(block, place)
    size, place = read_varint(block, place)
    return shared, more, size, place


def _handle(value: memoryview) -> tuple[int, int]:
    offset, place = read_varint(value, 0)
    size, _ = read_varint(value, place)
    return min(offset, 1 << 62), min(size, 1 << 62)


class _cut_is_broken:  # noqa: N801
    """Says which table is damaged, in place of an IndexError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, IndexError):
            raise BrokenLevelDbError(
                f"is broken: a block of {self._path.name} is damaged"
            ) from error
