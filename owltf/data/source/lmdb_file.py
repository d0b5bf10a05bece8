"""Reads the pages of an LMDB file without liblmdb, which aborts the process on a damaged one.

A database is a B-tree of pages. Pages are read from the file rather than mapped into memory, so
that a file which is cut while it is used is an error, not a bus error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct, error

_HEADER = Struct("<QHHHH")
_META = Struct("<IIQQ")
_DATABASE = Struct("<IHHQQQQQ")
_TAIL = Struct("<QQ")
_NODE = Struct("<HHHH")
_MAGIC, _VERSION = 0xBEEFC0DE, 1
_BRANCH, _LEAF, _OVERFLOW, _META_PAGE = 1, 2, 4, 8
_BIG, _SUB = 1, 2
_DUPLICATES = 4
_HEAD = _HEADER.size
_META_SIZE = _HEAD + _META.size + 2 * _DATABASE.size + _TAIL.size
_SMALLEST_PAGE, _LARGEST_PAGE = 256, 65536
_DEEPEST = 32
_NO_PAGE = (1 << 64) - 1
_OLDEST_PAGE_SIZE = 4096


Take = Callable[[int], memoryview]


def new_buffer(size: int) -> memoryview:
    """Return memory of that many bytes."""
    return memoryview(bytearray(size))


class BrokenLmdbError(Exception):
    """Raised if a file is no LMDB, or damaged; the message goes on from the database's name."""


@dataclass(frozen=True)
class Tree:
    """What a database's first pages say of it.

    Attributes:
        page_size: bytes of a page.
        depth: how many pages lie between the root and a record.
        entries: how many records it has.
        root: the number of its first page.
        last_page: the number of the last page that is used.
    """

    page_size: int
    depth: int
    entries: int
    root: int
    last_page: int


class LmdbFile:
    """The records of an LMDB file in the order of their keys.

    Attributes:
        tree: what its first pages say.
    """

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            BrokenLmdbError: if it is no LMDB, of a kind that Caffe does not write, or cut short.
            OSError: if it cannot be opened.
        """
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        self.tree = self._newest_tree()
        self._check_length()

    def __del__(self) -> None:
        """Close the file."""
        if hasattr(self, "_file"):
            os.close(self._file)

    def leaves(self) -> Iterator[Leaf]:
        """Yield the pages that hold records, in their order."""
        if self.tree.root != _NO_PAGE:
            yield from self._leaves(self.tree.root, self.tree.depth)

    def bytes_at(self, page: int, size: int, start: int = 0) -> bytes:
        """Return bytes that lie at a page and those behind it.

        Raises:
            BrokenLmdbError: if the file ends before.
        """
        offset = page * self.tree.page_size + start
        try:
            data = os.pread(self._file, size, offset) if offset < 1 << 62 else b""
        except OSError as failure:
            raise BrokenLmdbError(f"cannot be read: {failure.strerror}") from failure
        if len(data) < size:
            raise BrokenLmdbError(
                f"is broken or cut short: page {page} ends at byte {offset + size:,}, the file at "
                f"{os.fstat(self._file).st_size:,}"
            )
        return data

    def overflow(self, page: int, size: int, take: Take) -> memoryview:
        """Return a value that is too large for a page and lies on pages of its own."""
        head = self.bytes_at(page, _HEAD)
        if not _HEADER.unpack_from(head)[2] & _OVERFLOW or size > self._size():
            raise BrokenLmdbError(f"is broken: page {page} does not hold the record that it should")
        value = take(size)
        if os.preadv(self._file, [value], page * self.tree.page_size + _HEAD) < size:
            raise BrokenLmdbError(f"is broken or cut short: page {page} ends behind the file's end")
        return value

    def _size(self) -> int:
        return os.fstat(self._file).st_size

    def _leaves(self, number: int, depth: int) -> Iterator[Leaf]:
        data = self.bytes_at(number, self.tree.page_size)
        flags = _HEADER.unpack_from(data)[2]
        if flags & _LEAF and depth == 1:
            yield Leaf(self, number, data)
        elif flags & _BRANCH and depth > 1:
            for place in places(number, data):
                low, high, top, _ = _NODE.unpack_from(data, place)
                yield from self._leaves(low | high << 16 | top << 32, depth - 1)
        else:
            raise BrokenLmdbError(f"is broken: page {number} is not what it should be")

    def _newest_tree(self) -> Tree:
        first = os.pread(self._file, _META_SIZE, 0)
        size = _page_size(first)
        second = os.pread(self._file, _META_SIZE, size)
        known = [each for each in (_meta(first, size), _meta(second, size)) if each]
        if not known:
            raise BrokenLmdbError("is not an LMDB, or it is broken")
        return max(known, key=lambda each: each[0])[1]

    def _check_length(self) -> None:
        size, tree = self._size(), self.tree
        if not 0 <= tree.depth <= _DEEPEST or tree.entries > size:
            raise BrokenLmdbError("is not an LMDB, or it is broken")
        # The last page may be a free one that was never written.
        needed = (tree.last_page + 1) * tree.page_size
        if tree.entries and size < needed - tree.page_size:
            raise BrokenLmdbError(f"is cut short: {size:,} bytes of at least {needed:,}")


class Leaf:
    """A page that holds records."""

    def __init__(self, file: LmdbFile, number: int, data: bytes) -> None:
        """Keep the page, and find the places of its records."""
        self._file, self._number, self._data = file, number, data
        self._view = memoryview(data)
        self._places = places(number, data)

    def __len__(self) -> int:
        """Return the number of its records."""
        return len(self._places)

    def key(self, index: int) -> bytes:
        """Return the key of a record."""
        place = self._places[index]
        start = place + _NODE.size
        return self._data[start : start + _NODE.unpack_from(self._data, place)[3]]

    def value(self, index: int, take: Take = new_buffer) -> memoryview:
        """Return the content of a record.

        Args:
            index: its place in the page.
            take: gives the memory for one that lies on pages of its own.
        """
        place = self._places[index]
        low, high, flags, key_size = _NODE.unpack_from(self._data, place)
        size, start = low | high << 16, place + _NODE.size + key_size
        if flags & _SUB or flags & _DUPLICATES:
            raise BrokenLmdbError("holds several databases, or several values of a key")
        if flags & _BIG:
            number = int.from_bytes(self._data[start : start + 8], "little")
            return self._file.overflow(number, size, take)
        value = self._view[start : start + size]
        if len(value) < size:
            raise BrokenLmdbError(f"is broken: page {self._number} is shorter than its records")
        return value


def places(number: int, data: bytes) -> tuple[int, ...]:
    """Return where the nodes of a page start.

    Raises:
        BrokenLmdbError: if one starts outside the page.
    """
    lower = _HEADER.unpack_from(data)[3]
    count = (lower - _HEAD) // 2
    try:
        found = Struct(f"<{max(count, 0)}H").unpack_from(data, _HEAD)
    except error:
        found = (len(data),)
    if found and max(found) + _NODE.size > len(data):
        raise BrokenLmdbError(f"is broken: page {number} is shorter than its records")
    return found


def _page_size(first: bytes) -> int:
    """Return what the first page says, or what is usual if it is damaged."""
    if len(first) < _META_SIZE:
        raise BrokenLmdbError("is not an LMDB, or it is broken")
    size = int(_DATABASE.unpack_from(first, _HEAD + _META.size)[0])
    usual = _SMALLEST_PAGE <= size <= _LARGEST_PAGE and not size & (size - 1)
    return size if usual else _OLDEST_PAGE_SIZE


def _meta(page: bytes, page_size: int) -> tuple[int, Tree] | None:
    """Return the number of the transaction that wrote a first page, and what it says."""
    if len(page) < _META_SIZE:
        return None
    flags = _HEADER.unpack_from(page)[2]
    magic, version, _, _ = _META.unpack_from(page, _HEAD)
    if not flags & _META_PAGE or magic != _MAGIC or version != _VERSION:
        return None
    place = _HEAD + _META.size + _DATABASE.size
    _, kind, depth, _, _, _, entries, root = _DATABASE.unpack_from(page, place)
    last_page, transaction = _TAIL.unpack_from(page, place + _DATABASE.size)
    if kind & _DUPLICATES:
        raise BrokenLmdbError("holds several values of a key, which Caffe's databases never do")
    return transaction, Tree(page_size, depth, entries, root, last_page)
