"""The Data layer: reads images and labels from a database of Datums."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from owltf.data.data_layer import DataContext, DataLayer
from owltf.data.draws import generator, stream_key
from owltf.data.encoded_images import EncodedImages, decoded_shape
from owltf.data.pipeline import read_ahead
from owltf.data.raw_images import RawImages
from owltf.data.source.datum import Layout, read_layout
from owltf.data.source.image import COLOR, GRAY, NATIVE
from owltf.data.source.lmdb import LmdbRecords
from owltf.data.source.records import Records, record_error
from owltf.data.transform import Shape, dims, read_transform
from owltf.errors import OwltfError


class Data(DataLayer):
    """Reads a database; its first top is the images, the second, if there is one, the labels."""

    caffe_type = "Data"

    def __init__(self, context: DataContext) -> None:
        """Open the database and read its first record.

        Raises:
            OwltfError: if the database cannot be read, or a field of the layer does not fit it.
        """
        super().__init__(context)
        self._parameter = context.parameter.data_param
        with context.named_errors():
            self._check_tops()
            self.batch_size = context.global_batch(self._parameter.batch_size)
            self._records = open_records(context)
            self._images = read_images(context, self._records)
        self.records = self._records.count
        images = self._images.transform.output_shape(self._images.shape)
        self.top_shapes = ((self.batch_size, *images), (self.batch_size,))[: self._top_count]
        self.may_vary = self.batch_size == 1 and not self._images.transform.fixes_size
        if self.batch_size > 1:
            self.one_size = (
                "images of several sizes need a crop_size, or to be resized to one when the "
                "database is made, or batch_size: 1"
            )
        self.first_position = self._draw_skip()

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of (images, labels) or (images,) from record `position` on."""
        batches = self._images.dataset(self, position)
        if self._top_count == 1:
            batches = batches.map(lambda images, labels: (images,))
        return read_ahead(batches, max(1, self._parameter.prefetch))

    def keys(self, position: int) -> Iterator[str]:
        """Yield the keys of the database's records from record `position` on, without end."""
        return self._records.keys(position)

    def describe(self) -> str:
        """Return a line that says how many records the database holds, and of what shape."""
        kind = "encoded records" if isinstance(self._images, EncodedImages) else "records"
        return f"{self._records.name}: {self._records.count:,} {kind} of {dims(self._images.shape)}"

    def explain(self, exception: Exception) -> OwltfError | None:
        """Return the error that names the record which could not be read, if there is one."""
        is_suspect = isinstance(exception, tf.errors.InvalidArgumentError)
        if self.failure is None and is_suspect and isinstance(self._images, EncodedImages):
            error = self._images.explain(self)
            self.failure = error and self.context.error(str(error))
        return self.failure

    @property
    def _top_count(self) -> int:
        return len(self.context.parameter.top)

    def _check_tops(self) -> None:
        if self._top_count not in (1, 2):
            raise OwltfError(f"needs one top (data) or two (data, label); got {self._top_count}")

    def _draw_skip(self) -> int:
        """Return a random number of records to skip, as Caffe's `rand_skip` does in every phase."""
        if not self._parameter.rand_skip:
            return 0
        key = stream_key(self.context.seed, self.context.name, "rand_skip")
        return int(generator(key).integers(self._parameter.rand_skip))


def open_records(context: DataContext) -> Records:
    """Open the database that a `data_param` names.

    Raises:
        OwltfError: if it is missing or of a kind that cannot be read.
    """
    parameter = context.parameter.data_param
    path = context.find("source", parameter.source)
    if parameter.backend != parameter.LMDB:
        raise OwltfError(_leveldb_remedy(path, parameter.HasField("backend")))
    return LmdbRecords(path)


def read_images(context: DataContext, records: Records) -> RawImages | EncodedImages:
    """Return a reader for the database's images, raw or encoded as its first record is.

    Raises:
        OwltfError: if the first record is broken, or a field of the layer does not fit it.
    """
    record = records.reader().read(0, 1)[0]
    try:
        layout = read_layout(record)
        most = context.net.max_image_pixels
        channels = _decoded_channels(context.parameter)
        shape = decoded_shape(record, channels, most) if layout.encoded else _raw_shape(layout)
    except ValueError as error:
        raise record_error(records, 0, str(error)) from error
    transform = read_transform(context, shape)
    if layout.encoded:
        return EncodedImages(records, shape, channels, transform, most)
    return RawImages(records, shape, layout.dtype, transform)


def _raw_shape(layout: Layout) -> Shape:
    reason = layout.mismatch()
    if reason:
        raise ValueError(reason)
    return layout.shape


def _decoded_channels(parameter: Any) -> int:
    transform = parameter.transform_param
    color = transform.force_color or parameter.data_param.force_encoded_color
    if color and transform.force_gray:
        raise OwltfError("force_color and force_gray cannot both be set")
    return COLOR if color else GRAY if transform.force_gray else NATIVE


def _leveldb_remedy(path: Path, is_written: bool) -> str:
    backend = "backend: LEVELDB" if is_written else "backend: LEVELDB (the default)"
    if (path / "data.mdb").exists():
        return f"{path} is an LMDB, but the net says {backend}; write backend: LMDB in data_param"
    return (
        f"{backend} cannot be read yet; convert {path} to an LMDB and write backend: LMDB "
        "in data_param, or wait for a later version of owltf"
    )
