"""Reads the pages of an LMDB file without liblmdb, which aborts the process on a damaged one.

A database is a B-tree of pages. Pages are read from the file rather than mapped into memory, so
that a file which is cut while it is used is an error, not a bus error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.data.source.chunk import Bytes
from owltf.data.source.lmdb_leaves import BrokenLmdbError, Leaves, find_records

_HEADER = Struct("<QHHHH")
_META = Struct("<IIQQ")
_DATABASE = Struct("<IHHQQQQQ")
_TAIL = Struct("<QQ")
_NODE_WORDS = 4
_MAGIC, _VERSION = 0xBEEFC0DE, 1
_BRANCH, _OVERFLOW, _META_PAGE = 1, 4, 8
_DUPLICATES = 4
HEAD = _HEADER.size
_META_SIZE = HEAD + _META.size + 2 * _DATABASE.size + _TAIL.size
_SMALLEST_PAGE, _LARGEST_PAGE = 256, 65536
_DEEPEST = 32
_NO_PAGE = (1 << 64) - 1
_OLDEST_PAGE_SIZE = 4096
# So many bytes of pages with records are looked at together.
_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Tree:
    """What a database's first pages say of it.

    Attributes:
        page_size: bytes of a page.
        depth: how many pages lie between the root and a record.
        entries: how many records it has.
        root: the number of its first page.
        last_page: the number of the last page that is used.
        transaction: the number of the last change.
    """

    page_size: int
    depth: int
    entries: int
    root: int
    last_page: int
    transaction: int = 0


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

    def leaves(self) -> Iterator[Leaves]:
        """Yield the records in the order of their keys, those of some pages at a time.

        Raises:
            BrokenLmdbError: if the file is damaged, or was changed since it was opened.
        """
        passed, together = 0, max(1, _AT_ONCE // self.tree.page_size)
        for numbers in _regrouped(self._all_leaf_numbers(), together):
            leaves = find_records(self._pages(numbers), numbers)
            passed += len(leaves)
            if passed > self.tree.entries:
                break
            yield leaves
        if passed != self.tree.entries:
            raise BrokenLmdbError(
                f"is broken: it has {passed} records and says {self.tree.entries}"
            )

    def refuse_changed(self) -> None:
        """Refuse a file that was changed since it was opened: pages may have been used anew."""
        if self._newest_tree().transaction != self.tree.transaction:
            raise BrokenLmdbError("was changed while it was read: another process is writing it")

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

    def overflow(self, page: int, target: Any) -> None:
        """Fill an array with a value that is too large for a page and lies on pages of its own.

        Args:
            page: the first of them.
            target: takes `HEAD` bytes of the page, and the value behind them.

        Raises:
            BrokenLmdbError: if the page holds no such value, or the file ends before.
        """
        place = page * self.tree.page_size
        size = os.preadv(self._file, [target], place) if place < 1 << 62 else 0
        if size < len(target):
            raise BrokenLmdbError(
                f"is broken or cut short: page {page} ends behind the file's end, the file at "
                f"{self.size():,}"
            )
        if not _HEADER.unpack_from(target)[2] & _OVERFLOW:
            raise BrokenLmdbError(f"is broken: page {page} does not hold the record that it should")

    def size(self) -> int:
        """Return the file's bytes."""
        return os.fstat(self._file).st_size

    def _all_leaf_numbers(self) -> Iterator[npt.NDArray[np.int64]]:
        visited = 0
        for numbers in self._leaf_numbers(self.tree.root, self.tree.depth, set()):
            visited += len(numbers)
            if visited > self.tree.last_page:
                raise BrokenLmdbError("is broken: it has more pages of records than pages")
            yield numbers

    def _leaf_numbers(
        self, number: int, depth: int, passed: set[int]
    ) -> Iterator[npt.NDArray[np.int64]]:
        """Yield the numbers of the pages that hold records, below a page, some at a time.

        Args:
            number: the page.
            depth: how many pages lie between it and a record.
            passed: the branch pages that were there before; each belongs to the tree once.
        """
        if number == _NO_PAGE:
            return
        if depth == 1:
            yield np.array([number])
            return
        if number in passed:
            raise BrokenLmdbError(f"is broken: page {number} is in the tree twice")
        passed.add(number)
        children = self._children(number)
        if depth == 2:
            yield children
            return
        for child in children.tolist():
            yield from self._leaf_numbers(child, depth - 1, passed)

    def _children(self, number: int) -> npt.NDArray[np.int64]:
        """Return the numbers of the pages that a branch page leads to."""
        page = self.bytes_at(number, self.tree.page_size)
        _, _, flags, lower, _ = _HEADER.unpack_from(page)
        data = np.frombuffer(page, np.uint8)
        if not flags & _BRANCH:
            raise BrokenLmdbError(f"is broken: page {number} is not what it should be")
        size = 2 * _NODE_WORDS
        places = data[HEAD : max(lower, HEAD)][: max(lower - HEAD, 0) // 2 * 2].view("<u2")
        if lower > len(data) or (len(places) and places.max() > len(data) - size):
            raise BrokenLmdbError(f"is broken: page {number} is shorter than its records")
        nodes = (
            data[places[:, None].astype(np.int64) + np.arange(size)].view("<u2").astype(np.int64)
        )
        numbers: npt.NDArray[np.int64] = nodes[:, 0] | nodes[:, 1] << 16 | nodes[:, 2] << 32
        return numbers

    def _pages(self, numbers: npt.NDArray[np.int64]) -> Bytes:
        """Return pages, (N, bytes of a page); those that follow each other are read together."""
        size = self.tree.page_size
        pages = np.empty((len(numbers), size), np.uint8)
        ends = [*(np.flatnonzero(np.diff(numbers) != 1) + 1).tolist(), len(numbers)]
        start = 0
        for end in ends:
            part: Any = pages[start:end]
            place = int(numbers[start]) * size
            if os.preadv(self._file, [part], place) < part.size:
                last = int(numbers[end - 1])
                raise BrokenLmdbError(
                    f"is broken or cut short: page {last} ends at byte {(last + 1) * size:,}, "
                    f"the file at {self.size():,}"
                )
            start = end
        return pages

    def _newest_tree(self) -> Tree:
        first = os.pread(self._file, _META_SIZE, 0)
        size = _page_size(first)
        second = os.pread(self._file, _META_SIZE, size)
        known = [each for each in (_meta(first, size), _meta(second, size)) if each]
        if not known:
            raise BrokenLmdbError("is not an LMDB, or it is broken")
        return max(known, key=lambda each: each[0])[1]

    def _check_length(self) -> None:
        size, tree = self.size(), self.tree
        if not 0 <= tree.depth <= _DEEPEST or tree.entries > size:
            raise BrokenLmdbError("is not an LMDB, or it is broken")
        # The last page may be a free one that was never written.
        needed = (tree.last_page + 1) * tree.page_size
        if tree.entries and size < needed - tree.page_size:
            raise BrokenLmdbError(f"is cut short: {size:,} bytes of at least {needed:,}")


def _regrouped(
    parts: Iterator[npt.NDArray[np.int64]], size: int
) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the numbers of some arrays so many at a time."""
    left = np.empty(0, np.int64)
    for part in parts:
        left = np.concatenate([left, part])
        while len(left) >= size:
            yield left[:size]
            left = left[size:]
    if len(left):
        yield left


def _page_size(first: bytes) -> int:
    """Return what the first page says, or what is usual if it is damaged."""
    if len(first) < _META_SIZE:
        raise BrokenLmdbError("is not an LMDB, or it is broken")
    size = int(_DATABASE.unpack_from(first, HEAD + _META.size)[0])
    usual = _SMALLEST_PAGE <= size <= _LARGEST_PAGE and not size & (size - 1)
    return size if usual else _OLDEST_PAGE_SIZE


def _meta(page: bytes, page_size: int) -> tuple[int, Tree] | None:
    """Return the number of the transaction that wrote a first page, and what it says."""
    if len(page) < _META_SIZE:
        return None
    flags = _HEADER.unpack_from(page)[2]
    magic, version, _, _ = _META.unpack_from(page, HEAD)
    if not flags & _META_PAGE or magic != _MAGIC or version != _VERSION:
        return None
    place = HEAD + _META.size + _DATABASE.size
    _, kind, depth, _, _, _, entries, root = _DATABASE.unpack_from(page, place)
    last_page, transaction = _TAIL.unpack_from(page, place + _DATABASE.size)
    if kind & _DUPLICATES:
        raise BrokenLmdbError("holds several values of a key, which Caffe's databases never do")
    return transaction, Tree(page_size, depth, entries, root, last_page, transaction)
