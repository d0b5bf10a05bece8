"""Finds the records in many pages of an LMDB at once, by NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from owltf.data.source.chunk import Bytes, Places
from owltf.data.source.records import BrokenDatabaseError

_HEAD, _NODE, _NUMBER = 16, 8, 8
# Places of the 16-bit numbers of a page's head.
_FLAGS, _LOWER = 5, 6
_LEAF = 2
_BIG, _SEVERAL = 1, 2 | 4


class BrokenLmdbError(BrokenDatabaseError):
    """Raised if a file is no LMDB, or damaged; the message goes on from the database's name."""


@dataclass(frozen=True)
class Leaves:
    """The records of some pages.

    Attributes:
        data: the pages, one after the other.
        starts: where each record begins in them; a large one's number of a page.
        sizes: how many bytes each has.
        pages: for each record that lies on pages of its own the first of them, else -1.
        key_starts: where each key begins.
        key_sizes: how many bytes each key has.
    """

    data: Bytes
    starts: Places
    sizes: Places
    pages: npt.NDArray[np.int64]
    key_starts: Places
    key_sizes: Places

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.starts)

    def part(self, first: int, stop: int) -> Leaves:
        """Return the records from one to another."""
        return Leaves(
            self.data,
            self.starts[first:stop],
            self.sizes[first:stop],
            self.pages[first:stop],
            self.key_starts[first:stop],
            self.key_sizes[first:stop],
        )

    def key(self, index: int) -> bytes:
        """Return the key of a record."""
        start = int(self.key_starts[index])
        return self.data[start : start + int(self.key_sizes[index])].tobytes()


_NONE = np.empty(0, np.int64)
NOTHING = Leaves(np.empty(0, np.uint8), _NONE, _NONE, _NONE, _NONE, _NONE)


def find_records(pages: Bytes, numbers: npt.NDArray[np.int64]) -> Leaves:
    """Return where the records of some pages are.

    Args:
        pages: uint8 (N, bytes of a page).
        numbers: the numbers of the pages, for errors.

    Raises:
        BrokenLmdbError: if a page holds no records, or they reach beyond its end.
    """
    size = pages.shape[1]
    heads = pages.view("<u2")
    others = np.flatnonzero((heads[:, _FLAGS] & _LEAF) == 0)
    if len(others):
        raise BrokenLmdbError(f"is broken: page {numbers[others[0]]} is not what it should be")
    counts = np.maximum(heads[:, _LOWER].astype(np.int64) - _HEAD, 0) // 2
    most = int(counts.max(initial=0))
    every: Places = np.arange(len(pages))
    _refuse(counts > (size - _HEAD) // 2, every, numbers)
    page, slot = np.nonzero(np.arange(most) < counts[:, None])
    places = heads[page, _HEAD // 2 + slot].astype(np.int64)
    _refuse(places > size - _NODE, page, numbers)
    data = pages.reshape(-1)
    starts = page * size + places
    low, high, flags, key_size = _numbers(data, starts, _NODE, "<u2").T.astype(np.int64)
    if (flags & _SEVERAL).any():
        raise BrokenLmdbError("holds several databases, or several values of a key")
    sizes, values = low | high << 16, starts + _NODE + key_size
    is_big = (flags & _BIG).astype(np.bool_)
    inside = np.where(is_big, _NUMBER, sizes)
    _refuse(values + inside > (page + 1) * size, page, numbers)
    own = np.full(len(starts), -1, np.int64)
    if is_big.any():
        found = _numbers(data, values[is_big], _NUMBER, "<u8")[:, 0]
        own[is_big] = np.minimum(found, np.uint64(1 << 62)).astype(np.int64)
    return Leaves(data, values, sizes, own, starts + _NODE, key_size)


def _numbers(data: Bytes, starts: Places, size: int, dtype: str) -> npt.NDArray[np.unsignedinteger]:
    """Return the numbers that lie at some places, a row each."""
    rows: npt.NDArray[np.unsignedinteger] = data[starts[:, None] + np.arange(size)].view(dtype)
    return rows


def _refuse(wrong: npt.NDArray[np.bool_], page: Places, numbers: npt.NDArray[np.int64]) -> None:
    for place in page[wrong][:1].tolist():
        raise BrokenLmdbError(f"is broken: page {numbers[place]} is shorter than its records")
