"""Reads the records of an LMDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from owltf.data.source.datum_fields import Record
from owltf.data.source.lmdb_file import BrokenLmdbError, Leaf, LmdbFile
from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_irregular


class LmdbRecords:
    """The records of an LMDB in the order of their keys.

    Attributes:
        name: its name in messages: "LMDB mnist_train_lmdb".
        count: the number of records.
    """

    def __init__(self, path: Path) -> None:
        """Open an LMDB by its folder or by the `data.mdb` in it.

        Raises:
            OwltfError: if it is not an LMDB, is cut short, or holds nothing.
        """
        self.name = f"LMDB {path}"
        self._file = _open(path)
        self.count = self._file.tree.entries
        if not self.count:
            raise OwltfError(f"{self.name} holds no records")

    def key(self, number: int) -> str:
        """Return the key of a record, as text."""
        return next(self.keys(number))

    def keys(self, number: int) -> Iterator[str]:
        """Yield the keys from record `number` on; after the last comes the first again."""
        with broken_is_an_error(self.name):
            while True:
                for leaf, index in _from(self._file, number % self.count):
                    yield leaf.key(index).decode(errors="replace")
                number = 0

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
        self._values: Iterator[Record] = iter(())
        self._buffers = Buffers()

    def read(self, number: int, count: int) -> list[Record]:
        """Return `count` records from record `number` on; after the last comes the first again.

        They are valid until the next call, which uses their memory again.

        Raises:
            OwltfError: if the database is damaged, or was cut since it was opened.
        """
        with broken_is_an_error(self._name):
            if number != self._next:
                self._seek(number % self._file.tree.entries)
            self._next = -1
            self._buffers.free()
            records = list(islice(self._values, count))
            while len(records) < count:
                self._seek(0)
                records += islice(self._values, count - len(records))
        self._next = number + count
        return records

    def _seek(self, number: int) -> None:
        self._values = (
            leaf.value(index, self._buffers.take) for leaf, index in _from(self._file, number)
        )


class Buffers:
    """Memory that is used again: for new memory, page faults take longer than reading into it."""

    def __init__(self) -> None:
        """Start with no memory."""
        self._free: list[bytearray] = []
        self._taken: list[bytearray] = []

    def take(self, size: int) -> memoryview:
        """Return memory of that many bytes."""
        buffer = self._free.pop() if self._free else bytearray(size)
        if len(buffer) < size:
            buffer = bytearray(size)
        self._taken.append(buffer)
        return memoryview(buffer)[:size]

    def free(self) -> None:
        """Let all that was taken be used again."""
        self._free += self._taken
        self._taken = []


def _from(file: LmdbFile, number: int) -> Iterator[tuple[Leaf, int]]:
    """Yield the places of the records from one on, to the last."""
    passed = 0
    for leaf in file.leaves():
        for index in range(max(number - passed, 0), len(leaf)):
            yield leaf, index
        passed += len(leaf)
    if passed != file.tree.entries:
        raise BrokenLmdbError(f"is broken: it has {passed} records and says {file.tree.entries}")


@contextmanager
def broken_is_an_error(name: str) -> Iterator[None]:
    """Name the database in the error of a damaged one."""
    try:
        yield
    except BrokenLmdbError as error:
        raise OwltfError(f"{name} {error}") from error


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
