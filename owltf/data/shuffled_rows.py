"""Reads the rows of HDF5 files in another order in each epoch, as Caffe's `shuffle` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from owltf.data.draws import shuffled, stream_key
from owltf.data.source.hdf5 import Hdf5Reader, Hdf5Rows

# Files of no more than this are held in memory while their rows are taken.
_MOST_BYTES = 1 << 29
_FLOAT_BYTES = 4

Array = npt.NDArray[np.float32]


class _Part(NamedTuple):
    """Rows of one file in one epoch: its first row, its number of rows, and which are wanted."""

    epoch: int
    file: int
    start: int
    rows: int
    first: int
    wanted: int


class ShuffledReader:
    """Reads one file after the other, files and the rows of each in an order of the epoch.

    The order depends on the seed, the layer and the epoch alone.
    """

    def __init__(self, rows: Hdf5Rows, key: tuple[object, ...]) -> None:
        """Keep the rows, and the seed and names of the stream that shuffles them."""
        self._rows, self._key = rows, key
        self._reader = Hdf5Reader(rows)
        self._counts = np.diff(rows.ends, prepend=0)
        self._held: tuple[int, list[Array]] | None = None

    def read(self, number: int, outputs: Sequence[Array]) -> None:
        """Fill one array per dataset with the rows of records from `number` on.

        Raises:
            OwltfError: if a file has changed or become shorter, or cannot be read.
        """
        at = 0
        for part in self._parts(number, len(outputs[0])):
            key = stream_key(0, *self._key, "rows", part.epoch, part.file)
            order = shuffled(key, part.rows)[part.first : part.first + part.wanted]
            self._fill(part, order, [each[at : at + part.wanted] for each in outputs])
            at += part.wanted

    def _parts(self, number: int, count: int) -> Iterator[_Part]:
        done = 0
        while done < count:
            epoch, place = divmod(number + done, self._rows.count)
            files = shuffled(stream_key(0, *self._key, "files", epoch), len(self._counts))
            ends = np.cumsum(self._counts[files])
            turn = int(np.searchsorted(ends, place, side="right"))
            file = int(files[turn])
            size = int(self._counts[file])
            first = place - int(ends[turn]) + size
            wanted = min(size - first, count - done)
            start = int(self._rows.ends[file]) - size
            yield _Part(epoch, file, start, size, first, wanted)
            done += wanted

    def _fill(self, part: _Part, order: npt.NDArray[np.int64], outputs: Sequence[Array]) -> None:
        size = sum(prod(shape) for shape in self._rows.shapes) * _FLOAT_BYTES
        if size * part.rows > _MOST_BYTES:
            for place, number in enumerate(order.tolist()):
                self._reader.read(
                    part.start + number, [each[place : place + 1] for each in outputs]
                )
            return
        for held, output in zip(self._file(part), outputs, strict=True):
            np.take(held, order, 0, output)

    def _file(self, part: _Part) -> list[Array]:
        if self._held is None or self._held[0] != part.file:
            self._held = None
            arrays = [np.empty((part.rows, *shape), np.float32) for shape in self._rows.shapes]
            self._reader.read(part.start, arrays)
            self._held = part.file, arrays
        return self._held[1]
