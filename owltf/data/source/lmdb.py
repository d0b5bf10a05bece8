"""Reads the records of an LMDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from owltf.data.source.buffers import empty_aligned
from owltf.data.source.chunk import Bytes, Chunk, Places, joined
from owltf.data.source.lmdb_file import HEAD, LmdbFile
from owltf.data.source.lmdb_leaves import NOTHING, BrokenLmdbError, Leaves
from owltf.data.source.records import broken_is_an_error
from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_irregular


class LmdbRecords:
    """The records of an LMDB in the order of their keys.

    Attributes:
        name: its name in messages: "LMDB mnist_train_lmdb".
        count: the number of records.
        size: the bytes of its file.
    """

    def __init__(self, path: Path) -> None:
        """Open an LMDB by its folder or by the `data.mdb` in it.

        Raises:
            OwltfError: if it is not an LMDB, is cut short, or holds nothing.
        """
        self.name = f"LMDB {path}"
        self._file = _open(path)
        self.count, self.size = self._file.tree.entries, self._file.size()
        if not self.count:
            raise OwltfError(f"{self.name} holds no records")

    def key(self, number: int) -> str:
        """Return the key of a record, as text."""
        return next(self.keys(number))

    def keys(self, number: int) -> Iterator[str]:
        """Yield the keys from record `number` on; after the last comes the first again."""
        number %= self.count
        with broken_is_an_error(self.name):
            while True:
                for leaves in self._file.leaves():
                    for index in range(number, len(leaves)):
                        yield leaves.key(index).decode(errors="replace")
                    number = max(number - len(leaves), 0)

    def reader(self) -> LmdbReader:
        """Return a new reader of the records."""
        return LmdbReader(self._file, self.name)


class LmdbReader:
    """Reads records in chunks; a chunk that follows the last one costs no search."""

    def __init__(self, file: LmdbFile, name: str) -> None:
        """Keep the file; the first `read` finds its place."""
        self._file = file
        self._name = name
        self._next = -1
        self._left: Iterator[Leaves] = iter(())
        self._leaves, self._used = NOTHING, 0

    def read(self, number: int, count: int) -> Chunk:
        """Return `count` records from record `number` on; after the last comes the first again.

        Raises:
            OwltfError: if the database is damaged, was cut, or is being written.
        """
        with broken_is_an_error(self._name):
            self._file.refuse_changed()
            if number != self._next:
                self._seek(number % self._file.tree.entries)
            self._next = -1
            chunks: list[Leaves] = []
            while count > (done := sum(map(len, chunks))):
                chunks.append(self._take(count - done))
            records = self._records(chunks)
        self._next = number + count
        return records

    def _seek(self, number: int) -> None:
        self._left = self._file.leaves()
        passed = 0
        for leaves in self._left:
            self._leaves = leaves
            if passed + len(leaves) > number:
                break
            passed += len(leaves)
        self._used = number - passed

    def _take(self, most: int) -> Leaves:
        """Return the next records that lie in the same pages."""
        while self._used == len(self._leaves):
            self._leaves = next(self._left, NOTHING)
            self._used = 0
            if self._leaves is NOTHING:
                self._left = self._file.leaves()
        first, self._used = self._used, min(self._used + most, len(self._leaves))
        return self._leaves.part(first, self._used)

    def _records(self, parts: Sequence[Leaves]) -> Chunk:
        small = joined([Chunk(each.data, each.starts, each.sizes) for each in parts])
        pages = np.concatenate([each.pages for each in parts])
        own = np.flatnonzero(pages >= 0)
        if not len(own):
            return small
        if len(own) < len(small):
            return self._mixed(small, pages)
        return Chunk(*self._read_own(pages, small.sizes), small.sizes)

    def _mixed(self, small: Chunk, pages: Places) -> Chunk:
        """Return records some of which lie on pages of their own."""
        own = np.flatnonzero(pages >= 0)
        large, places = self._read_own(pages[own], small.sizes[own])
        starts = small.starts.copy()
        starts[own] = places + len(small.data)
        return Chunk(np.concatenate([small.data, large]), starts, small.sizes)

    def _read_own(self, pages: Places, sizes: Places) -> tuple[Bytes, Places]:
        """Return bytes in which values of pages of their own lie, and where each begins."""
        needed = int(sizes.sum())
        # Records may come several times, where a chunk goes round the database.
        tree = self._file.tree
        rounds = 2 + len(sizes) // tree.entries
        if needed > rounds * (tree.last_page + 1) * tree.page_size:
            raise BrokenLmdbError("is broken: its records are larger than the file")
        stops = np.cumsum(sizes + HEAD)
        buffer: Bytes = empty_aligned((int(stops[-1]),), np.uint8)
        start = 0
        for page, stop in zip(pages.tolist(), stops.tolist(), strict=True):
            self._file.overflow(page, buffer[start:stop])
            start = stop
        return buffer, stops - sizes


def _open(path: Path) -> LmdbFile:
    file = path / "data.mdb" if path.is_dir() else path
    if not file.exists():
        raise OwltfError(f"{path} is not an LMDB: {_found(path)}")
    refuse_irregular(file)
    try:
        with broken_is_an_error(f"LMDB {path}"):
            return LmdbFile(file)
    except OSError as error:
        raise OwltfError(f"cannot open LMDB {path}: {str(error.strerror).lower()}") from error


def _found(path: Path) -> str:
    if (path / "CURRENT").exists():
        return "it is a LevelDB; write backend: LEVELDB in data_param"
    return "it holds no data.mdb"
