"""Goes through all images of a database, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from owltf.api import (
    BadRecordError,
    Block,
    Datum,
    OwltfError,
    Records,
    check_stopped,
    decode_image,
    read_blocks,
    record_error,
)
from owltf_datasets.in_parallel import in_parallel

_CHUNK_BYTES = 1 << 24
_MOST_IN_CHUNK = 4096
_NATIVE = 0

Values = npt.NDArray[Any]
Bad = Callable[[OwltfError], object]


class Images(NamedTuple):
    """Images of one size.

    Attributes:
        numbers: which records they are.
        pixels: uint8 or float32 (N, C, H, W).
        labels: int32 (N,).
        encoded: whether they are stored as image files.
    """

    numbers: Values
    pixels: Values
    labels: Values
    encoded: bool


def raise_error(error: OwltfError) -> None:
    """Raise the error of a bad record; for `database_images`."""
    raise error


def database_images(
    records: Records, bad: Bad = raise_error, max_pixels: int | None = None
) -> Iterator[Images]:
    """Yield all images of a database, those of one size together.

    Args:
        records: the database.
        bad: called with the error of each record that is no image.
        max_pixels: the pixels that an encoded image may have, None for the usual bound.
    """
    reader = records.reader()
    size = max(1, len(reader.read(0, 1)[0]))
    step = max(1, min(_MOST_IN_CHUNK, _CHUNK_BYTES // size))
    for first in range(0, records.count, step):
        check_stopped()
        chunk = reader.read(first, min(step, records.count - first))
        yield from _Chunk(records, first, chunk, bad, max_pixels).images()


class _Chunk(NamedTuple):
    """Consecutive records."""

    records: Records
    first: int
    chunk: Sequence[Any]
    bad: Bad
    max_pixels: int | None

    def images(self) -> Iterator[Images]:
        """Yield the images; if a record is bad, one after the other."""
        try:
            blocks = list(read_blocks(self.chunk))
        except BadRecordError:
            blocks = list(self._one_by_one())
        for places, block in blocks:
            if block.layout.encoded:
                yield from self._decoded(places)
            elif reason := block.layout.mismatch():
                for place in places.tolist():
                    self._tell(place, reason)
            else:
                yield Images(self.first + places, block.values(), block.labels(), encoded=False)

    def _one_by_one(self) -> Iterator[tuple[Values, Block]]:
        for place in range(len(self.chunk)):
            try:
                yield from ((np.array([place]), block) for _, block in self._block(place))
            except BadRecordError as error:
                self._tell(place, error.reason)

    def _block(self, place: int) -> Iterator[tuple[Values, Block]]:
        return read_blocks(self.chunk[place : place + 1])

    def _decoded(self, places: Values) -> Iterator[Images]:
        load = partial(_load, self.max_pixels)
        records = (self.chunk[place] for place in places.tolist())
        for place, found in zip(places.tolist(), in_parallel(load, records), strict=True):
            if isinstance(found, str):
                self._tell(place, found)
            else:
                pixels, label = found
                numbers, labels = np.array([self.first + place]), np.array([label])
                yield Images(numbers, pixels[None], labels, encoded=True)

    def _tell(self, place: int, reason: str) -> None:
        self.bad(record_error(self.records, self.first + place, reason))


def _load(max_pixels: int | None, record: Any) -> tuple[Values, int] | str:
    """Return the image (C, H, W) and the label of an encoded record, or why there is none."""
    try:
        datum = Datum.parse(record)
        image = decode_image(datum.contents, _NATIVE, max_pixels=max_pixels)
    except ValueError as error:
        return str(error)
    return image.transpose(2, 0, 1), datum.label or 0
