"""Makes batches of images that are decoded one by one, on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.bad_records import BadRecords
from owltf.data.begun import Begun
from owltf.data.data_layer import DataLayer
from owltf.data.float_images import FloatImages
from owltf.data.pipeline import batch_signature, read_ahead, read_chunks
from owltf.data.source.image import Image
from owltf.data.stop_readers import ReadersStoppedError
from owltf.data.transform import Shape, Transform
from owltf.errors import OwltfError

# So many images are begun ahead of those that are waited for, that no processor is idle.
_AHEAD = 8
_IMAGES_PER_CALL = 8

Fetch = Callable[[int, int], Sequence[Any]]


class ImageSource(Protocol):
    """Where images come from that must be decoded."""

    def reader(self) -> Fetch:
        """Return a function of a record's number and a count that gives what `load` takes.

        It is called by one thread at a time, for one record after the other.
        """

    def load(self, item: Any) -> tuple[Image, float]:
        """Return the image (H, W, C) and the label of one item; any thread may call it.

        Raises:
            ValueError: if it cannot be read; the message goes on from the record's name.
        """

    def error(self, number: int, reason: str) -> OwltfError:
        """Return an error that names a record; the reason goes on from its name."""


@dataclass(frozen=True)
class DecodedImages:
    """The images of a source, decoded and transformed batch by batch.

    Attributes:
        source: where they come from.
        shape: the (C, H, W) of the first image.
        transform: the layer's `transform_param`.
        bad: what becomes of records that cannot be used.
    """

    source: ImageSource
    shape: Shape
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
        reader = ImageReader(self, layer, channels_last)
        first, step = position + layer.own_rows[0], layer.batch_size
        batches = read_chunks(layer, reader.read, first, step, reader.signature())
        return read_ahead(batches, ahead)

    def mismatch(self, image: Image, one_size: str | None) -> str | None:
        """Return why an image does not fit the others, None if it does."""
        height, width, channels = image.shape
        return self.transform.mismatch((channels, height, width), self.shape, one_size)


class ImageReader:
    """Reads batches of images; those that follow are decoded in the meantime."""

    def __init__(
        self, images: DecodedImages, layer: DataLayer, channels_last: bool = False
    ) -> None:
        """Open a reader that no one else uses."""
        self._images, self._layer, self._channels_last = images, layer, channels_last
        self._fetch = images.source.reader()
        self._count = layer.own_rows[1]
        workers = os.cpu_count() or 1
        self._begun = Begun(self._begin, layer.batch_size, -(-_AHEAD * workers // self._count))

    def signature(self) -> tuple[tf.TensorSpec, ...]:
        """Return the types and shapes of the arrays that `read` returns."""
        shape = self._images.transform.output_shape(self._images.shape)
        return batch_signature(self._layer, shape, (self._count,), self._channels_last)

    def read(self, number: int) -> Sequence[npt.NDArray[Any]]:
        """Return the batch that starts at record `number`.

        Returns:
            The images, transformed, and their labels.

        Raises:
            OwltfError: if a record cannot be used.
        """
        return self._begun.take(number).finished()

    def _begin(self, number: int) -> _Batch:
        items = self._fetch(number, self._count)
        return _Batch(self._images, self._layer, number, items, self._channels_last)


class _Batch:
    """Images of one batch, which threads put into one array."""

    def __init__(
        self,
        images: DecodedImages,
        layer: DataLayer,
        first: int,
        items: Sequence[Any],
        channels_last: bool,
    ) -> None:
        self.first = first
        self._images, self._layer, self._channels_last = images, layer, channels_last
        count = len(items)
        # Python computes with single integers many times quicker than NumPy.
        self._words = images.transform.words(first, count).tolist()
        self._labels = np.zeros(count, np.float32)
        self._batch = None if layer.takes_any_size else self._empty(count, images.shape)
        self._futures: list[Future[list[tuple[int, str]]]] = [
            in_threads(self._put_several, places.start, items[places.start : places.stop])
            for places in several(count)
        ]

    def _empty(self, count: int, shape: Shape) -> FloatImages:
        transform = self._images.transform
        return FloatImages(transform, (count, *transform.output_shape(shape)), self._channels_last)

    def _put_several(self, first: int, items: Sequence[Any]) -> list[tuple[int, str]]:
        """Decode images into their places, and return what is wrong with some, if anything."""
        wrong = []
        for place, item in enumerate(items, first):
            if reason := self._put(place, item):
                wrong.append((place, reason))
        return wrong

    def _put(self, place: int, item: Any) -> str | None:
        """Decode an image into its place, and return what is wrong with it, if anything."""
        try:
            image, self._labels[place] = self._images.source.load(item)
        except ValueError as error:
            return str(error)
        if reason := self._images.mismatch(image, self._layer.one_size):
            return reason
        if self._layer.takes_any_size:
            # Such images come one by one.
            self._batch = self._empty(1, (image.shape[2], *image.shape[:2]))
        assert self._batch is not None
        top, left, mirrored = self._images.transform.place(self._words[place], image.shape[:2])
        self._batch.put(place, image, (top, left), mirrored)
        return None

    def finished(self) -> Sequence[npt.NDArray[Any]]:
        for future in self._futures:
            for place, reason in future.result():
                self._put_another(place, reason)
        assert self._batch is not None
        return self._batch.array, self._labels

    def _put_another(self, place: int, reason: str | None) -> None:
        """Put the next good record into the place of one that cannot be used."""
        number = self.first + place
        fetch = self._images.source.reader()
        while reason:
            self._images.bad.meet(self._images.source.error(number, reason))
            number += 1
            reason = self._put(place, fetch(number, 1)[0])


def several(count: int) -> Iterator[range]:
    """Yield the places in a batch of those images that one call of `in_threads` makes.

    They are several, as to hand out a call takes time as well.
    """
    starts = range(0, count, _IMAGES_PER_CALL)
    return (range(start, min(start + _IMAGES_PER_CALL, count)) for start in starts)


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, "owltf-images")


def in_threads(function: Callable[..., Any], *args: Any) -> Future[Any]:
    """Call a function in one of the threads that all data layers share."""
    try:
        return _workers().submit(function, *args)
    except RuntimeError as error:
        # Python is exiting: it takes no more work.
        raise ReadersStoppedError from error
