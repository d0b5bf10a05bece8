"""Makes batches from a database of encoded images: Datums that hold JPEG or PNG files."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.data_layer import DataLayer
from owltf.data.pipeline import read_chunks
from owltf.data.source.datum import read_layout
from owltf.data.source.datum_fields import Record
from owltf.data.source.image import decode_image, to_caffe
from owltf.data.source.image_header import read_header, tell_depth, too_large
from owltf.data.source.records import Reader, Records, record_error
from owltf.data.transform import Shape, Transform
from owltf.errors import OwltfError

_CHUNKS_REMEMBERED = 64


class EncodedImages:
    """The encoded images of a database, decoded and transformed batch by batch."""

    def __init__(
        self,
        records: Records,
        shape: Shape,
        channels: int,
        transform: Transform,
        max_pixels: int | None = None,
    ) -> None:
        """Keep the database and the way to decode its images.

        Args:
            records: the database.
            shape: the (C, H, W) of the first image, decoded.
            channels: the channels to decode to: NATIVE, GRAY or COLOR.
            transform: the layer's `transform_param`.
            max_pixels: the pixels that an image may have, None for `MOST_PIXELS`.
        """
        self.records = records
        self.shape = shape
        self.channels = channels
        self.transform = transform
        self._max_pixels = max_pixels
        self._recent: deque[tuple[int, int]] = deque(maxlen=_CHUNKS_REMEMBERED)

    def dataset(self, layer: DataLayer, position: int) -> tf.data.Dataset:
        """Return an endless dataset of batches (images, labels) from record `position` on."""
        count = layer.batch_size
        reader = self.records.reader()
        signature = [tf.TensorSpec([count], dtype) for dtype in (tf.string, tf.float32, tf.int64)]

        def read(number: int) -> Sequence[npt.NDArray[Any]]:
            return self._read(reader, number, count)

        chunks = read_chunks(layer, read, position, count, signature)
        shape = (None, None) if layer.takes_any_size else self._batched_shape[1:]
        decode = partial(self._decode, kept=shape)
        decoded = chunks.unbatch().map(decode, num_parallel_calls=tf.data.AUTOTUNE)
        batches = decoded.batch(count, drop_remainder=True)
        finish = self._finish(is_compiled=not layer.takes_any_size)
        return batches.map(finish, num_parallel_calls=tf.data.AUTOTUNE)

    def explain(self, layer: DataLayer) -> OwltfError | None:
        """Return the error about the first of the last records read that cannot be used.

        TensorFlow decodes the images in the background, and its error does not name the record.

        Args:
            layer: the layer whose records they are.
        """
        reader = self.records.reader()
        for first, count in sorted(self._recent):
            for number, record in enumerate(reader.read(first, count), first):
                reason = self._mismatch(record, layer)
                if reason:
                    return record_error(self.records, number, reason)
        return None

    def _read(self, reader: Reader, number: int, count: int) -> Sequence[npt.NDArray[Any]]:
        self._recent.append((number, count))
        files = np.empty(count, object)
        labels = np.empty(count, np.float32)
        for place, record in enumerate(reader.read(number, count)):
            try:
                files[place], labels[place] = read_file(record)
                refuse_undecodable(files[place], self._max_pixels)
            except ValueError as error:
                raise record_error(self.records, number + place, str(error)) from error
        return files, labels, np.arange(number, number + count)

    def _decode(
        self, contents: Any, label: Any, number: Any, kept: tuple[int | None, ...]
    ) -> tuple[Any, ...]:
        image = decode_image(contents, self.channels)
        size = tf.shape(image, tf.int64)[:2]
        corners, mirrored = self.transform.draw(number, size[None])
        if self._crops_early:
            (top, left), side = tf.unstack(corners[0]), self.transform.crop_size
            image = image[top : top + side, left : left + side]
            corners = tf.zeros_like(corners)
        image = tf.ensure_shape(image, (*kept, self.shape[0]))
        return image, corners[0], mirrored[0], label

    def _finish(self, is_compiled: bool) -> Any:
        def apply(images: Any, corners: Any, mirrored: Any) -> Any:
            return self.transform.apply(to_caffe(images, self.shape[0]), corners, mirrored)

        compiled = tf.function(apply, jit_compile=is_compiled)
        return lambda images, corners, mirrored, labels: (
            compiled(images, corners, mirrored),
            labels,
        )

    @property
    def _crops_early(self) -> bool:
        # Images of several sizes can only be batched once they are cropped; a mean image needs
        # them whole, and all of its own size.
        return bool(self.transform.crop_size) and not self.transform.has_mean_image

    @property
    def _batched_shape(self) -> Shape:
        return self.transform.output_shape(self.shape) if self._crops_early else self.shape

    def _mismatch(self, record: Record, layer: DataLayer) -> str | None:
        try:
            shape = decoded_shape(record, self.channels, self._max_pixels)
        except ValueError as error:
            return str(error)
        return self.transform.mismatch(shape, self.shape, layer.one_size)


def read_file(record: Record) -> tuple[bytes, int]:
    """Return the image file's bytes and the label of an encoded Datum.

    Raises:
        ValueError: if it is not an encoded Datum; the message goes on from "the record".
    """
    layout = read_layout(record)
    if not layout.encoded:
        raise ValueError("is a raw image where the first record is an encoded one")
    return bytes(record[layout.values]), layout.label_value


def refuse_undecodable(contents: bytes, max_pixels: int | None) -> None:
    """Refuse an image by what its file says of itself.

    Raises:
        ValueError: if it is none, or too large; the message goes on from "the record".
    """
    header = read_header(contents)
    if header is None:
        raise ValueError("cannot be decoded as an image")
    if reason := too_large(header, max_pixels):
        raise ValueError(reason)
    tell_depth("an image of the database", header)


def decoded_shape(record: Record, channels: int, max_pixels: int | None = None) -> Shape:
    """Return the (C, H, W) of an encoded Datum's image.

    Raises:
        ValueError: if it cannot be decoded; the message goes on from "the record".
    """
    contents, _ = read_file(record)
    refuse_undecodable(contents, max_pixels)
    try:
        height, width, depth = decode_image(tf.constant(contents), channels).shape
    except tf.errors.InvalidArgumentError as error:
        raise ValueError("cannot be decoded as an image") from error
    return depth, height, width
