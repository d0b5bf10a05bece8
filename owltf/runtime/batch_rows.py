"""Divides the rows of a batch among replicas."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BatchShare:
    """The share of each batch that one process computes; all of it unless there are several.

    Attributes:
        first: the number of its first replica.
        replicas: how many replicas it has.
        total: how many all processes have.
    """

    first: int = 0
    replicas: int = 1
    total: int = 1

    def rows(self, batch: int) -> tuple[int, int]:
        """Return where the process's rows of a batch begin, and how many they are."""
        first = first_row(batch, self.first, self.total)
        return first, first_row(batch, self.first + self.replicas, self.total) - first


def share(batch: int, replica: int, replicas: int) -> int:
    """Return how many of a batch's rows a replica gets: 64 over 3 are 22, 21 and 21."""
    return batch // replicas + (replica < batch % replicas)


def first_row(batch: int, replica: int, replicas: int) -> int:
    """Return the row of the global batch at which a replica's share starts."""
    return sum(share(batch, each, replicas) for each in range(replica))


def blob_rows(rows: int, batch: int | None, replica: int, replicas: int) -> tuple[int, int]:
    """Return where a replica's rows of a blob begin, and how many they are.

    Args:
        rows: how many rows the whole blob has.
        batch: the rows of the data layers' whole batch, which is what is split; None if unknown.
        replica: the replica's number.
        replicas: how many replicas share the batch.
    """
    # A blob may hold several rows for each row of the data; those are split together.
    whole = batch if batch and rows % batch == 0 else rows
    each = rows // whole
    return each * first_row(whole, replica, replicas), each * share(whole, replica, replicas)
