"""The interface of a database of records, the same for every kind of database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from owltf.data.source.datum_fields import Record
from owltf.errors import OwltfError


class BrokenDatabaseError(Exception):
    """Raised if a database is of another kind, or damaged; the message goes on from its name."""


class Reader(Protocol):
    """Reads records in chunks."""

    def read(self, number: int, count: int) -> Sequence[Record]:
        """Return `count` records from record `number` on; after the last comes the first again."""


class Records(Protocol):
    """The records of a database in their order.

    Attributes:
        name: its name in messages: "LMDB mnist_train_lmdb".
        count: the number of records.
        size: the bytes of its files.
    """

    name: str
    count: int
    size: int

    def key(self, number: int) -> str:
        """Return the key of a record, as text."""

    def keys(self, number: int) -> Iterator[str]:
        """Yield the keys from record `number` on; after the last comes the first again."""

    def reader(self) -> Reader:
        """Return a new reader of the records."""


@contextmanager
def broken_is_an_error(name: str) -> Iterator[None]:
    """Name the database in the error of a damaged one.

    Args:
        name: its name in messages: "LMDB mnist_train_lmdb".

    Raises:
        OwltfError: if a BrokenDatabaseError is raised inside.
    """
    try:
        yield
    except BrokenDatabaseError as error:
        raise OwltfError(f"{name} {error}") from error


def record_error(records: Records, number: int, reason: str) -> OwltfError:
    """Return an error that names a record and says what is wrong with it.

    Args:
        records: the database.
        number: the record's number; counting may have gone on beyond the last one.
        reason: the end of a sentence about the record: "is not a Datum".
    """
    number %= records.count
    return OwltfError(f"{records.name}: record {number} (key '{records.key(number)}') {reason}")
