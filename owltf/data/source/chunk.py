"""Consecutive records of a database that lie in one array, so that NumPy takes them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Chunk(Sequence[memoryview]):
    """Records of a database; a sequence of their bytes.

    Attributes:
        data: the bytes that they lie in.
        starts: where each begins.
        sizes: how many bytes each has.
    """

    data: Bytes
    starts: Places
    sizes: Places

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.starts)

    def __getitem__(self, place: Any) -> Any:
        """Return the bytes of a record."""
        if isinstance(place, slice):
            return Chunk(self.data, self.starts[place], self.sizes[place])
        start = int(self.starts[place])
        return memoryview(self.data)[start : start + int(self.sizes[place])]  # type: ignore[arg-type]

    def rows(self, places: Places) -> Bytes:
        """Return records of one size as an array (N, size); it may be a view."""
        size, starts = int(self.sizes[places[0]]), self.starts[places]
        steps = np.diff(starts)
        if not size:
            return np.empty((len(places), 0), np.uint8)
        windows = np.lib.stride_tricks.sliding_window_view(self.data, size)
        if len(steps) and steps[0] > 0 and (steps == steps[0]).all():
            return windows[starts[0] : starts[-1] + 1 : steps[0]]
        return windows[starts]


_NONE = np.empty(0, np.intp)
NOTHING = Chunk(np.empty(0, np.uint8), _NONE, _NONE)


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """Return the records of several chunks as one."""
    if len(chunks) == 1:
        return chunks[0]
    narrow = [_narrowed(each) for each in chunks]
    lengths = [len(each.data) for each in narrow]
    offsets = np.cumsum([0, *lengths[:-1]])
    starts = [each.starts + offset for each, offset in zip(narrow, offsets, strict=True)]
    return Chunk(
        np.concatenate([each.data for each in narrow]),
        np.concatenate(starts),
        np.concatenate([each.sizes for each in narrow]),
    )


def _narrowed(chunk: Chunk) -> Chunk:
    """Return the records in the part of their data from the first of them to the last."""
    if not len(chunk):
        return NOTHING
    first, stop = chunk.starts.min(), (chunk.starts + chunk.sizes).max()
    return Chunk(chunk.data[first:stop], chunk.starts - first, chunk.sizes)
