"""Batches of Datums that hold their pixels as they are."""

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

# A compiled function is started more slowly than a few operations.
_MANY_VALUES = 1 << 19


@dataclass(frozen=True)
class RawImages:
    """The raw images of a database.

    Attributes:
        records: Where they are from.
        shape: The (C, H, W) of the first.
        dtype: uint8 or float32.
        transform: What is done to them.
    """

    records: Records
    shape: Shape
    dtype: type[np.generic]
    transform: Transform

    def dataset(self, layer: DataLayer, position: int) -> tf.data.Dataset:
        """Make an endless dataset of (images, labels), batch by batch, from a record on."""
        pixels_bytes = prod(self.shape) * np.dtype(self.dtype).itemsize
        batches = batches_per_chunk(layer.batch_size * pixels_bytes)
        reader = RawReader(self, batches, layer.batch_size)
        step = batches * layer.batch_size
        chunks = read_chunks(layer, reader.read, position, step, reader.signature())
        finish = self._finish(step)
        return chunks.map(finish, num_parallel_calls=tf.data.AUTOTUNE).unbatch()

    def _finish(self, count: int) -> Any:
        """Return what transforms a whole chunk: one call costs as much as one for a batch."""
        is_worth_it = self.transform.moves_pixels or count * prod(self.shape) >= _MANY_VALUES
        apply = tf.function(self.transform.apply, jit_compile=is_worth_it)

        def finish(images: Any, sizes: Any, labels: Any, first: Any) -> tuple[Any, Any]:
            flat = tf.reshape(images, tf.concat([[count], tf.shape(images)[2:]], 0))
            finished = apply(flat, *self.transform.draw(first[0], tf.reshape(sizes, (count, 2))))
            shape = tf.concat([tf.shape(images)[:2], tf.shape(finished)[1:]], 0)
            return tf.reshape(finished, shape), labels

        return finish


class RawReader:
    """Reads chunks of raw images, each several batches."""

    def __init__(self, images: RawImages, batches: int, batch_size: int) -> None:
        """Start a reader of its own on the records."""
        self._images = images
        self._leading = (batches, batch_size)
        self._reader = images.records.reader()
        self._canvas = images.shape[1:]

    def signature(self) -> tuple[tf.TensorSpec, ...]:
        """Return the types and shapes of what `read` returns."""
        channels, height, width = self._images.shape
        size = (None, None) if self._images.transform.crop_size else (height, width)
        return (
            tf.TensorSpec((*self._leading, channels, *size), self._images.dtype),
            tf.TensorSpec((*self._leading, 2), tf.int64),
            tf.TensorSpec(self._leading, tf.float32),
            tf.TensorSpec(self._leading[:1], tf.int64),
        )

    def read(self, number: int) -> Sequence[npt.NDArray[Any]]:
        """Read a chunk from a record on.

        Returns:
            The images (batches, N, C, H, W), where sizes differ at the top left of a larger one;
            their (height, width); the labels; the number of each batch's first record.

        Raises:
            OwltfError: A record is not what the first one is.
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
        reason = misfit(layout, self._images)
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
        # It never shrinks, as what follows is compiled anew for each size.
        sizes = [block.layout.shape[1:] for _, block in blocks]
        height, width = np.max([self._canvas, *sizes], axis=0).tolist()
        self._canvas = (height, width)


def misfit(layout: Layout, images: RawImages) -> str | None:
    """Say why a record cannot be among the others, or None where it can."""
    if layout.encoded:
        return "is an encoded image where the first record is a raw one"
    if layout.dtype != images.dtype:
        return "holds bytes and float_data by turns with others"
    return layout.misfit() or images.transform.misfit(layout.shape, images.shape)
