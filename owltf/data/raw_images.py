"""Makes batches from a database of raw images: Datums that hold pixels, not image files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from math import prod

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.bad_records import BadRecords
from owltf.data.begun import Begun
from owltf.data.data_layer import DataLayer
from owltf.data.decoded_images import in_threads
from owltf.data.float_images import FloatImages
from owltf.data.pipeline import (
    batch_signature,
    batches_per_chunk,
    leading_axes,
    read_chunks,
    ready_batches,
)
from owltf.data.source.datum import BadRecordError, Block, Layout, Places, read_blocks
from owltf.data.source.datum_fields import Record
from owltf.data.source.records import Records, record_error
from owltf.data.transform import Shape, Transform
from owltf.errors import OwltfError

# Chunks that are begun before those in front of them are done, so that no processor is idle.
_AHEAD = 1
_PART_BYTES = 1 << 20


@dataclass(frozen=True)
class RawImages:
    """The raw images of a database, transformed batch by batch.

    Attributes:
        records: the database.
        shape: the (C, H, W) of the first image.
        dtype: that of the first image, uint8 or float32; others may be of the other one.
        transform: the layer's `transform_param`.
        bad: what becomes of records that cannot be used.
    """

    records: Records
    shape: Shape
    dtype: type[np.generic]
    transform: Transform
    bad: BadRecords

    def dataset(
        self, layer: DataLayer, position: int, ahead: int, channels_last: bool = False
    ) -> tf.data.Dataset:
        """Return an endless dataset of batches (images, labels) from record `position` on.

        Args:
            layer: the layer that they are for.
            position: the record.
            ahead: how many batches are kept ready.
            channels_last: whether the images are (N, H, W, C), not (N, C, H, W).
        """
        first, _ = layer.own_rows
        batches = 1 if layer.takes_any_size else batches_per_chunk(layer, self._batch_bytes(layer))
        reader = RawReader(self, batches, layer, channels_last)
        step = batches * layer.batch_size
        chunks = read_chunks(layer, reader.read, position + first, step, reader.signature())
        return ready_batches(chunks, batches, ahead)

    def _batch_bytes(self, layer: DataLayer) -> int:
        return layer.batch_size * prod(self.shape) * np.dtype(self.dtype).itemsize


class RawReader:
    """Reads raw images in chunks of several batches; those that follow are begun in the meantime.

    The records of a chunk are read by one thread, and made into floats by all, some at a time.
    """

    def __init__(
        self, images: RawImages, batches: int, layer: DataLayer, channels_last: bool = False
    ) -> None:
        """Open a reader on the images' records that no one else uses."""
        self._images, self._layer, self._channels_last = images, layer, channels_last
        rows = layer.own_rows[1]
        self._count = batches * rows
        self._leading = leading_axes(batches, rows)
        self._reader = images.records.reader()
        self._begun = Begun(self._begin, batches * layer.batch_size, _AHEAD)

    def signature(self) -> tuple[tf.TensorSpec, ...]:
        """Return the types and shapes of the arrays that `read` returns."""
        shape = self._images.transform.output_shape(self._images.shape)
        return batch_signature(self._layer, shape, self._leading, self._channels_last)

    def read(self, number: int) -> Sequence[npt.NDArray[np.float32]]:
        """Read a chunk of records that starts at record `number`.

        Returns:
            The images, transformed, and the labels: (N, ...), or (B, N, ...) of several batches.

        Raises:
            OwltfError: if a record does not fit the first one of the database.
        """
        images, labels = self._begun.take(number).finished()
        return images.reshape(*self._leading, *images.shape[1:]), labels.reshape(self._leading)

    def _begin(self, number: int) -> _Chunk:
        chunk = _Chunk(number)
        try:
            blocks = self._blocks(number, self._reader.read(number, self._count))
            self._begin_images(chunk, blocks)
        except OwltfError as error:
            # It is raised when it is this chunk's turn.
            chunk.failure = error
        return chunk

    def _begin_images(self, chunk: _Chunk, blocks: list[tuple[Places, Block]]) -> None:
        transform, count = self._images.transform, self._count
        corners, mirrored = transform.draw(chunk.first, _sizes(blocks, count))
        # Without a crop all images are of one size, that of the first block.
        shape = transform.output_shape(blocks[0][1].layout.shape)
        images = FloatImages(transform, (count, *shape), self._channels_last)
        chunk.images, chunk.labels = images.array, np.empty(count, np.float32)
        for places, block in blocks:
            chunk.labels[places] = block.labels()
            values = block.values()
            for some in _parts(len(places), values[0].nbytes):
                where = places[some]
                drawn = corners[where], mirrored[where]
                chunk.begun.append(in_threads(images.put_many, where, values[some], *drawn))

    def _blocks(self, number: int, records: Sequence[Record]) -> list[tuple[Places, Block]]:
        moved: dict[int, int] = {}
        while True:
            try:
                blocks = list(read_blocks(records))
                for places, block in blocks:
                    self._check(places, block.layout)
            except BadRecordError as error:
                records = self._without(number, records, error, moved)
            else:
                return blocks

    def _without(
        self,
        number: int,
        records: Sequence[Record],
        error: BadRecordError,
        moved: dict[int, int],
    ) -> Sequence[Record]:
        """Put the record behind a bad one, which may be bad too, into its place."""
        database, place = self._images.records, error.place
        bad = number + place + moved.get(place, 0)
        self._images.bad.meet(record_error(database, bad, error.reason))
        moved[place] = bad + 1 - number - place
        kept = [bytes(record) for record in records]
        kept[place] = bytes(database.reader().read(bad + 1, 1)[0])
        return kept

    def _check(self, places: Places, layout: Layout) -> None:
        reason = mismatch(layout, self._images, self._layer.one_size)
        if reason:
            raise BadRecordError(places[0], reason)


@dataclass
class _Chunk:
    """A chunk of records whose images are being made.

    Attributes:
        first: the number of its first record.
        images: the images; they are whole when all that was begun is done.
        labels: the labels.
        begun: what was begun.
        failure: the error that its records have.
    """

    first: int
    images: npt.NDArray[np.float32] = field(init=False)
    labels: npt.NDArray[np.float32] = field(init=False)
    begun: list[Future[None]] = field(default_factory=list)
    failure: OwltfError | None = None

    def finished(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        if self.failure:
            raise self.failure
        for each in self.begun:
            each.result()
        return self.images, self.labels


def _parts(count: int, size: int) -> Iterator[slice]:
    """Yield parts of a number of images that fit the processor's cache."""
    step = max(1, _PART_BYTES // max(1, size))
    return (slice(start, start + step) for start in range(0, count, step))


def _sizes(blocks: list[tuple[Places, Block]], count: int) -> npt.NDArray[np.int64]:
    """Return the height and width of each image, (N, 2)."""
    sizes = np.empty((count, 2), np.int64)
    for places, block in blocks:
        sizes[places] = block.layout.shape[1:]
    return sizes


def mismatch(layout: Layout, images: RawImages, one_size: str | None) -> str | None:
    """Return why a record cannot come after the first one, None if it can.

    Args:
        layout: the record's.
        images: the images.
        one_size: why images that are not cropped must be of one size; None if they need not.
    """
    if layout.encoded:
        return "is an encoded image where the first record is a raw one"
    return layout.mismatch() or images.transform.mismatch(layout.shape, images.shape, one_size)
