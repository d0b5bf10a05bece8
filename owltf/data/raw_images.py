"""Makes batches from a database of raw images: Datums that hold pixels, not image files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.bad_records import BadRecords
from owltf.data.data_layer import DataLayer
from owltf.data.pipeline import batches_per_chunk, empty_aligned, read_chunks
from owltf.data.source.datum import BadRecordError, Block, Layout, Places, read_blocks
from owltf.data.source.datum_fields import Record
from owltf.data.source.image import mirror_image
from owltf.data.source.records import Records, record_error
from owltf.data.transform import Shape, Transform
from owltf.runtime.compiled import as_written

# With fewer values, starting a compiled function takes longer than a few plain operations.
_MANY_VALUES = 1 << 19


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

    def dataset(self, layer: DataLayer, position: int) -> tf.data.Dataset:
        """Return an endless dataset of batches (images, labels) from record `position` on."""
        first, count = layer.own_rows
        batches = 1 if layer.takes_any_size else batches_per_chunk(layer, self._batch_bytes(layer))
        reader = RawReader(self, batches, layer)
        step = batches * layer.batch_size
        chunks = read_chunks(layer, reader.read, position + first, step, reader.signature())
        finish = self._finish(batches * count, is_compiled=not layer.takes_any_size)
        finished = chunks.map(as_written(finish), num_parallel_calls=tf.data.AUTOTUNE)
        if batches > 1:
            return finished.unbatch()
        # Taking a chunk of one batch apart would copy it.
        return finished.map(as_written(lambda images, labels: (images[0], labels[0])))

    def _batch_bytes(self, layer: DataLayer) -> int:
        return layer.batch_size * prod(self.shape) * np.dtype(self.dtype).itemsize

    def _finish(self, count: int, is_compiled: bool) -> Any:
        """Return a function that transforms a chunk of batches, in one call to spare calls."""
        is_worth_it = count * prod(self.shape) >= _MANY_VALUES
        normalize = tf.function(
            self.transform.normalize_cut, jit_compile=is_compiled and is_worth_it
        )

        def finish(
            images: Any, corners: Any, mirrored: Any, labels: Any, floats: Any
        ) -> tuple[Any, Any]:
            drawn = corners, mirrored
            finished = tf.cond(
                tf.shape(floats)[0] > 0,
                lambda: normalize(_joined(floats, count), *drawn),
                lambda: normalize(_joined(images, count), *drawn),
            )
            shape = tf.concat([tf.shape(labels), tf.shape(finished)[1:]], 0)
            return tf.reshape(finished, shape), labels

        return finish


def _joined(batches: Any, count: int) -> Any:
    """Return images (batches, N, C, H, W) as (batches * N, C, H, W)."""
    return tf.reshape(batches, tf.concat([[count], tf.shape(batches)[2:]], 0))


class RawReader:
    """Reads raw images in chunks of several batches."""

    def __init__(self, images: RawImages, batches: int, layer: DataLayer) -> None:
        """Open a reader on the images' records that no one else uses."""
        self._images, self._layer = images, layer
        self._leading = (batches, layer.own_rows[1])
        self._reader = images.records.reader()

    def signature(self) -> tuple[tf.TensorSpec, ...]:
        """Return the types and shapes of the arrays that `read` returns."""
        channels = self._images.shape[0]
        _, height, width = self._images.transform.output_shape(self._images.shape)
        size = (None, None) if self._layer.takes_any_size else (height, width)
        images = (None, self._leading[1], channels, *size)
        return (
            tf.TensorSpec(images, tf.uint8),
            tf.TensorSpec((prod(self._leading), 2), tf.int64),
            tf.TensorSpec((prod(self._leading),), tf.bool),
            tf.TensorSpec(self._leading, tf.float32),
            tf.TensorSpec(images, tf.float32),
        )

    def read(self, number: int) -> Sequence[npt.NDArray[Any]]:
        """Read a chunk of records that starts at record `number`.

        Returns:
            The images of bytes (batches, N, C, H, W), cropped and mirrored; the corners of their
            crops; which are mirrored; the labels; the images in place of the first array, which
            is then empty, if any of them is of floats.

        Raises:
            OwltfError: if a record does not fit the first one of the database.
        """
        count = prod(self._leading)
        records = self._reader.read(number, count)
        self._moved: dict[int, int] = {}
        blocks = self._blocks(number, records)
        sizes, labels = _sizes(blocks, count), np.empty(count, np.float32)
        corners, mirrored = self._images.transform.draw(number, sizes)
        images = self._assemble(blocks, corners, labels)
        if self._images.transform.mirror:
            mirror_rows(images, mirrored)
        images, labels = (
            each.reshape(*self._leading, *each.shape[1:]) for each in (images, labels)
        )
        empty = np.empty((0, *images.shape[1:]), np.uint8)
        if images.dtype == np.uint8:
            return images, corners, mirrored, labels, empty.astype(np.float32)
        return empty, corners, mirrored, labels, images

    def _blocks(self, number: int, records: Sequence[Record]) -> list[tuple[Places, Block]]:
        while True:
            try:
                blocks = list(read_blocks(records))
                for places, block in blocks:
                    self._check(places, block.layout)
            except BadRecordError as error:
                records = self._without(number, records, error)
            else:
                return blocks

    def _without(
        self, number: int, records: Sequence[Record], error: BadRecordError
    ) -> Sequence[Record]:
        """Put the record behind a bad one, which may be bad too, into its place."""
        database, place = self._images.records, error.place
        bad = number + place + self._moved.get(place, 0)
        self._images.bad.meet(record_error(database, bad, error.reason))
        self._moved[place] = bad + 1 - number - place
        kept = [bytes(record) for record in records]
        kept[place] = bytes(database.reader().read(bad + 1, 1)[0])
        return kept

    def _check(self, places: Places, layout: Layout) -> None:
        reason = mismatch(layout, self._images, self._layer.one_size)
        if reason:
            raise BadRecordError(places[0], reason)

    def _assemble(
        self,
        blocks: list[tuple[Places, Block]],
        corners: npt.NDArray[np.int64],
        labels: npt.NDArray[np.float32],
    ) -> npt.NDArray[Any]:
        """Return all images, cropped, in one array, and fill the labels."""
        side = self._images.transform.crop_size
        # Without a crop all images are of one size, that of the first block.
        size = (side, side) if side else blocks[0][1].layout.shape[1:]
        dtype = np.result_type(*(each.layout.dtype for _, each in blocks))
        images = empty_aligned((len(corners), self._images.shape[0], *size), dtype)
        for places, block in blocks:
            where = slice(None) if len(places) == len(corners) else places
            values = block.values()
            images[where] = cropped(values, corners[places], side) if side else values
            labels[where] = block.labels()
        return images


def _sizes(blocks: list[tuple[Places, Block]], count: int) -> npt.NDArray[np.int64]:
    """Return the height and width of each image, (N, 2)."""
    sizes = np.empty((count, 2), np.int64)
    for places, block in blocks:
        sizes[places] = block.layout.shape[1:]
    return sizes


def cropped(
    images: npt.NDArray[Any], corners: npt.NDArray[np.int64], side: int
) -> npt.NDArray[Any]:
    """Return squares cut out of images, each at its own corner, in one call of NumPy.

    Args:
        images: (N, C, H, W).
        corners: the top left corner of each square, (N, 2).
        side: the squares' side.
    """
    windows = np.lib.stride_tricks.sliding_window_view(images, (side, side), (2, 3))
    return windows[np.arange(len(images)), :, corners[:, 0], corners[:, 1]]


def mirror_rows(images: npt.NDArray[Any], mirrored: npt.NDArray[np.bool_]) -> None:
    """Mirror some of the images (N, C, H, W) left to right, in place."""
    if mirrored.any():
        some = images[mirrored]
        rows = some.reshape(-1, some.shape[-1], 1)
        images[mirrored] = mirror_image(rows).reshape(some.shape)


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
