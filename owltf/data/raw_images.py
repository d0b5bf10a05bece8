"""Makes batches from a database of raw images: Datums that hold pixels, not image files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.data_layer import DataLayer
from owltf.data.pipeline import batches_per_chunk, empty_aligned, read_chunks
from owltf.data.source.datum import BadRecordError, Block, Layout, Places, read_blocks
from owltf.data.source.records import Records, record_error
from owltf.data.transform import Shape, Transform

# With fewer values, starting a compiled function takes longer than a few plain operations.
_MANY_VALUES = 1 << 19


@dataclass(frozen=True)
class RawImages:
    """The raw images of a database, transformed batch by batch.

    Attributes:
        records: the database.
        shape: the (C, H, W) of the first image.
        dtype: uint8 or float32.
        transform: the layer's `transform_param`.
    """

    records: Records
    shape: Shape
    dtype: type[np.generic]
    transform: Transform

    def dataset(self, layer: DataLayer, position: int) -> tf.data.Dataset:
        """Return an endless dataset of batches (images, labels) from record `position` on."""
        pixels_bytes = prod(self.shape) * np.dtype(self.dtype).itemsize
        batches = batches_per_chunk(layer.batch_size * pixels_bytes)
        reader = RawReader(self, batches, layer.batch_size)
        step = batches * layer.batch_size
        chunks = read_chunks(layer, reader.read, position, step, reader.signature())
        finish = self._finish(step)
        return chunks.map(finish, num_parallel_calls=tf.data.AUTOTUNE).unbatch()

    def _finish(self, count: int) -> Any:
        """Return a function that transforms a chunk of batches, in one call to spare calls."""
        is_worth_it = self.transform.moves_pixels or count * prod(self.shape) >= _MANY_VALUES
        apply = tf.function(self.transform.apply, jit_compile=is_worth_it)

        def finish(images: Any, sizes: Any, labels: Any, first: Any) -> tuple[Any, Any]:
            flat = tf.reshape(images, tf.concat([[count], tf.shape(images)[2:]], 0))
            finished = apply(flat, *self.transform.draw(first[0], tf.reshape(sizes, (count, 2))))
            shape = tf.concat([tf.shape(images)[:2], tf.shape(finished)[1:]], 0)
            return tf.reshape(finished, shape), labels

        return finish


class RawReader:
    """Reads raw images in chunks of several batches."""

    def __init__(self, images: RawImages, batches: int, batch_size: int) -> None:
        """Open a reader on the images' records that no one else uses."""
        self._images = images
        self._leading = (batches, batch_size)
        self._reader = images.records.reader()
        self._canvas = images.shape[1:]

    def signature(self) -> tuple[tf.TensorSpec, ...]:
        """Return the types and shapes of the arrays that `read` returns."""
        channels, height, width = self._images.shape
        size = (None, None) if self._images.transform.crop_size else (height, width)
        return (
            tf.TensorSpec((*self._leading, channels, *size), self._images.dtype),
            tf.TensorSpec((*self._leading, 2), tf.int64),
            tf.TensorSpec(self._leading, tf.float32),
            tf.TensorSpec(self._leading[:1], tf.int64),
        )

    def read(self, number: int) -> Sequence[npt.NDArray[Any]]:
        """Read a chunk of records that starts at record `number`.

        Returns:
            The images (batches, N, C, H, W), each at the top left if their sizes differ; their
            (height, width); the labels; the number of each batch's first record.

        Raises:
            OwltfError: if a record does not fit the first one of the database.
        """
        count = prod(self._leading)
        records = self._reader.read(number, count)
        try:
            blocks = list(read_blocks(records))
            for places, block in blocks:
                self._check(places, block.layout)
        except BadRecordError as error:
            raise record_error(self._images.records, number + error.place, error.reason) from error
        first = np.arange(number, number + count, self._leading[1])
        return (*self._assemble(blocks, count), first)

    def _check(self, places: Places, layout: Layout) -> None:
        reason = mismatch(layout, self._images)
        if reason:
            raise BadRecordError(places[0], reason)

    def _assemble(
        self, blocks: list[tuple[Places, Block]], count: int
    ) -> tuple[npt.NDArray[Any], ...]:
        self._grow(blocks)
        shape = (count, self._images.shape[0], *self._canvas)
        images = empty_aligned(shape, self._images.dtype)
        sizes = np.empty((count, 2), np.int64)
        labels = np.empty(count, np.float32)
        for places, block in blocks:
            _, height, width = block.layout.shape
            where = slice(None) if len(places) == count else places
            images[where, :, :height, :width] = block.values()
            sizes[where] = height, width
            labels[where] = block.labels()
        return tuple(
            part.reshape(*self._leading, *part.shape[1:]) for part in (images, sizes, labels)
        )

    def _grow(self, blocks: list[tuple[Places, Block]]) -> None:
        # The canvas never shrinks: the transform is compiled anew for each size of it.
        sizes = [block.layout.shape[1:] for _, block in blocks]
        height, width = np.max([self._canvas, *sizes], axis=0).tolist()
        self._canvas = (height, width)


def mismatch(layout: Layout, images: RawImages) -> str | None:
    """Return why a record cannot be in a batch with the first one, None if it can."""
    if layout.encoded:
        return "is an encoded image where the first record is a raw one"
    if layout.dtype != images.dtype:
        return "holds bytes and float_data by turns with others"
    return layout.mismatch() or images.transform.mismatch(layout.shape, images.shape)
