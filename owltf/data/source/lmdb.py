"""Reads the records of an LMDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import lmdb

from owltf.errors import OwltfError

_HEADER_PAGES = 2

# A process must not open an LMDB twice, yet a net's TRAIN and TEST layers may name the same one.
_opened: WeakValueDictionary[tuple[int, int], lmdb.Environment] = WeakValueDictionary()


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
        self._environment = _open(path)
        statistics = self._environment.stat()
        self.count = statistics["entries"]
        if not self.count:
            raise OwltfError(f"{self.name} holds no records")
        _check_length(path, statistics)

    def key(self, number: int) -> str:
        """Return the key of a record, as text."""
        with self._environment.begin() as transaction, transaction.cursor() as cursor:
            _move(cursor, number % self.count)
            return _text(cursor.key())

    def keys(self, number: int) -> Iterator[str]:
        """Yield the keys from record `number` on; after the last comes the first again."""
        with self._environment.begin() as transaction, transaction.cursor() as cursor:
            while True:
                _move(cursor, number % self.count)
                yield from map(_text, cursor.iternext(values=False))
                number = 0

    def reader(self) -> LmdbReader:
        """Return a new reader of the records."""
        return LmdbReader(self._environment, self.count)


class LmdbReader:
    """Reads records in chunks; a chunk that follows the last one costs no search."""

    def __init__(self, environment: lmdb.Environment, count: int) -> None:
        """Begin a transaction: the records that are read stay valid as long as it lives."""
        self._transaction = environment.begin(buffers=True)
        self._cursor = self._transaction.cursor()
        self._count = count
        self._next = -1
        self._values: Iterator[memoryview] = iter(())

    def read(self, number: int, count: int) -> list[memoryview]:
        """Return `count` records from record `number` on; after the last comes the first again.

        The records are views of the file itself, valid as long as this reader.
        """
        if number != self._next:
            self._seek(number % self._count)
        records = list(islice(self._values, count))
        while len(records) < count:
            self._seek(0)
            records += islice(self._values, count - len(records))
        self._next = number + count
        return records

    def _seek(self, number: int) -> None:
        _move(self._cursor, number)
        self._values = self._cursor.iternext(keys=False)


def _text(key: bytes) -> str:
    return bytes(key).decode(errors="replace")


def _move(cursor: lmdb.Cursor, number: int) -> None:
    cursor.first()
    next(islice(cursor.iternext(values=False), number, None))


def _open(path: Path) -> lmdb.Environment:
    file = _data_file(path)
    if not file.is_file():
        raise OwltfError(f"{path} is not an LMDB: {_found(path)}")
    identity = (file.stat().st_dev, file.stat().st_ino)
    environment = _opened.get(identity)
    if environment is None:
        environment = _opened[identity] = _open_file(path)
    return environment


def _open_file(path: Path) -> lmdb.Environment:
    try:
        return lmdb.open(str(path), subdir=path.is_dir(), readonly=True, lock=False, readahead=True)
    except lmdb.InvalidError as error:
        raise OwltfError(f"{path} is not an LMDB, or it is broken") from error
    except lmdb.Error as error:
        raise OwltfError(f"cannot open LMDB {error}") from error


def _found(path: Path) -> str:
    if (path / "CURRENT").exists():
        return "it is a LevelDB"
    return "it holds no data.mdb"


def _check_length(path: Path, statistics: Mapping[str, Any]) -> None:
    # Reading beyond the end of a mapped file would kill the process without a word.
    pages = sum(statistics[f"{kind}_pages"] for kind in ("branch", "leaf", "overflow"))
    needed: int = (_HEADER_PAGES + pages) * statistics["psize"]
    size = _data_file(path).stat().st_size
    if size < needed:
        raise OwltfError(f"LMDB {path} is cut short: {size:,} bytes of at least {needed:,}")


def _data_file(path: Path) -> Path:
    return path / "data.mdb" if path.is_dir() else path
