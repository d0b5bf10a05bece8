"""The interface of a database that is being written, the same for every kind of database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from owltf.errors import OwltfError

Pairs = Sequence[tuple[bytes, bytes]]


class DatabaseWriter(Protocol):
    """Writes records in the order of their keys."""

    def put(self, records: Pairs) -> None:
        """Add records, each a key and its bytes.

        Raises:
            OwltfError: if a key does not come after the one before.
            OSError: if they cannot be written.
        """

    def close(self, *, complete: bool = True) -> None:
        """End the writing.

        Args:
            complete: whether all was written; if not, what is there is of no use.
        """


def refuse_order(before: bytes, records: Pairs) -> bytes:
    """Check that keys ascend, and return the last one.

    Args:
        before: the key before them, empty if there is none.
        records: the records.

    Raises:
        OwltfError: if a key does not come after the one before.
    """
    for key, _ in records:
        if key <= before:
            names = (each.decode(errors="replace") for each in (key, before))
            raise OwltfError("keys must ascend; '{}' comes after '{}'".format(*names))
        before = key
    return before
