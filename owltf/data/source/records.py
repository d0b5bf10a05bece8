"""What a database of records offers, whichever kind it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from owltf.data.source.datum_fields import Record
from owltf.errors import OwltfError


class Reader(Protocol):
    """Reads records in chunks."""

    def read(self, number: int, count: int) -> Sequence[Record]:
        """Return `count` records from record `number` on, from the first again after the last."""


class Records(Protocol):
    """The records of a database in their order.

    Attributes:
        name: What to call it: "LMDB mnist_train_lmdb".
        count: How many records there are.
    """

    name: str
    count: int

    def key(self, number: int) -> str:
        """Return the key of a record, as text."""

    def keys(self, number: int) -> Iterator[str]:
        """Yield the keys from record `number` on, from the first again after the last."""

    def reader(self) -> Reader:
        """Return what reads the records one after the other."""


def record_error(records: Records, number: int, reason: str) -> OwltfError:
    """Make the error about one record.

    Args:
        records: Where it is from.
        number: Its number, counted without wrapping.
        reason: What is wrong with it: "is not a Datum".
    """
    number %= records.count
    return OwltfError(f"{records.name}: record {number} (key '{records.key(number)}') {reason}")
