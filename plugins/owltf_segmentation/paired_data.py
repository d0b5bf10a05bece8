"""The common part of data layers whose labels are images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.api import (
    BadRecords,
    DataContext,
    DataLayer,
    drawn_skip,
    read_ahead,
    read_chunks,
    record_words,
    stream_key,
)
from owltf_segmentation.image_pairs import NONE, PIXEL, PairedImages
from owltf_segmentation.pair_transform import PairTransform

_WORDS = 5


class PairedData(DataLayer):
    """Reads images and their labels, in a thread for each image of a batch."""

    def open(
        self, context: DataContext, images: PairedImages, transform: PairTransform, param: Any
    ) -> None:
        """Keep what the layer reads, and look at the first image.

        Args:
            context: the layer's context.
            images: the images.
            transform: what is done to each.
            param: the message with `batch_size` and `rand_skip`.

        Raises:
            OwltfError: if no image can be read.
        """
        self.images, self.transform = images, transform
        self.batch_size = context.global_batch(param.batch_size)
        self.first_position = drawn_skip(context.seed, context.name, param.rand_skip)
        self.records = len(images.pairs)
        self.bad_records = BadRecords(context, self.records)
        self._key = stream_key(context.seed, context.name, "transform")
        first, _ = self.bad_records.first(images.load, images.error)
        height, width = transform.out(first.shape[:2])
        count = self.batch_size
        self.top_shapes = self._tops((count, images.channels, height, width), count)

    def _tops(self, shape: tuple[int, ...], count: int) -> tuple[tuple[int, ...], ...]:
        labels = (count, 1, *shape[2:]) if self.images.kind == PIXEL else (count,)
        shapes = [shape] if self.images.kind == NONE else [shape, labels]
        return (*shapes, (count, 1, 1, 2))[: len(self.context.parameter.top)]

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(thread_name_prefix="owltf-pairs")

    def dataset(self, position: int) -> Any:
        """Return an endless dataset of the tops from record `position` on."""
        signature = [tf.TensorSpec(shape) for shape in self.top_shapes]
        return read_ahead(read_chunks(self, self._read, position, self.batch_size, signature), 2)

    def _read(self, first: int) -> Sequence[Any]:
        numbers = range(first, first + self.batch_size)
        records = list(self._pool.map(self._record, numbers))
        return [np.stack(tops).astype(np.float32) for tops in zip(*records, strict=True)]

    def _record(self, number: int) -> list[Any]:
        """Return the tops of a record, or of the next that can be used."""
        words = np.concatenate([record_words(self._key + n, number, 1)[0] for n in range(2)])
        while True:
            try:
                return self._made(number, words[:_WORDS].tolist())
            except ValueError as error:
                self.bad_records_of().meet(self.images.error(number, str(error)))
                number += 1

    def bad_records_of(self) -> BadRecords:
        """Return what becomes of records that cannot be used."""
        assert self.bad_records is not None
        return self.bad_records

    def _made(self, number: int, words: Sequence[int]) -> list[Any]:
        image, labels = self.images.load(number)
        size = np.reshape(np.float32(image.shape[:2]), (1, 1, 2))
        tops = list(self.transform.apply(image, labels, words))
        if tops[0].shape != self.top_shapes[0][1:]:
            raise ValueError(
                f"is {tops[0].shape[1:]} where the first is {self.top_shapes[0][2:]}; crop them, "
                "or resize them to one size"
            )
        return [*(tops[:1] if self.images.kind == NONE else tops), size][: len(self.top_shapes)]

    def keys(self, position: int) -> Iterator[str]:
        """Yield the names of the images as the list has them, from record `position` on."""
        while True:
            yield self.images.pair(position).name
            position += 1

    def describe(self) -> str:
        """Return a line that says how many images there are, and of what shape."""
        shape = "x".join(map(str, self.top_shapes[0][1:]))
        return f"list {self.images.listing}: {self.records:,} images of {shape}, with labels"
