"""The Data layer: reads images and labels from a database of Datums."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import tensorflow as tf

from owltf.data.bad_records import BadRecords
from owltf.data.data_context import DataContext
from owltf.data.data_layer import DataLayer
from owltf.data.decoded_images import DecodedImages
from owltf.data.draws import drawn_skip
from owltf.data.label_group import LabelGroup
from owltf.data.raw_images import RawImages
from owltf.data.source.database import open_database
from owltf.data.source.datum import BadRecordError, Layout, Places, read_blocks, read_layout
from owltf.data.source.datum_fields import Record
from owltf.data.source.encoded_records import EncodedRecords
from owltf.data.source.image import COLOR, GRAY, NATIVE
from owltf.data.source.records import Records, record_error
from owltf.data.transform import Shape, dims, read_transform
from owltf.errors import OwltfError
from owltf.runtime.compiled import as_written

# The labels of a database of less than this are looked at before a run.
_SCANNED_BYTES = 1 << 28
_SCANNED_RECORDS = 1000


class Data(DataLayer):
    """Reads a database; its first top is the images, the second, if there is one, the labels."""

    caffe_type = "Data"
    reads_own_rows = True
    has_channels_last = True

    def __init__(self, context: DataContext) -> None:
        """Open the database and read its first record.

        Raises:
            OwltfError: if the database cannot be read, or a field of the layer does not fit it.
        """
        super().__init__(context)
        self._parameter = context.parameter.data_param
        with context.named_errors():
            self._check_tops()
            _decoded_channels(context.parameter)
            self.batch_size = context.global_batch(self._parameter.batch_size)
            path = context.find("source", self._parameter.source)
            self._records = open_database(path, _backend(self._parameter))
            self.records = self._records.count
            self.bad_records = BadRecords(context, self.records)
            self._images = read_images(context, self._records, self.bad_records)
        images = self._images.transform.output_shape(self._images.shape)
        self.top_shapes = ((self.batch_size, *images), (self.batch_size,))[: self._top_count]
        self.may_vary = self.batch_size == 1 and not self._images.transform.fixes_size
        if self.batch_size > 1:
            self.one_size = (
                "images of several sizes need a crop_size, or to be resized to one when the "
                "database is made, or batch_size: 1"
            )
        rand_skip = self._parameter.rand_skip
        self.first_position = drawn_skip(context.seed, context.name, rand_skip)

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of (images, labels) or (images,) from record `position` on."""
        return self._batches(position, channels_last=False)

    def dataset_channels_last(self, position: int) -> tf.data.Dataset:
        """Return the same with images (N, H, W, C)."""
        return self._batches(position, channels_last=True)

    def _batches(self, position: int, channels_last: bool) -> tf.data.Dataset:
        ahead = max(1, self._parameter.prefetch)
        batches = self._images.dataset(self, position, ahead, channels_last)
        if self._top_count == 1:
            batches = batches.map(as_written(lambda images, labels: (images,)))
        return batches

    def keys(self, position: int) -> Iterator[str]:
        """Yield the keys of the database's records from record `position` on, without end."""
        return self._records.keys(position)

    def label_groups(self, top: int = 1) -> Iterator[LabelGroup]:
        """Yield the labels of a database that is not large."""
        if self._records.size > _SCANNED_BYTES:
            return
        reader = self._records.reader()
        for first in range(0, self._records.count, _SCANNED_RECORDS):
            count = min(_SCANNED_RECORDS, self._records.count - first)
            try:
                blocks = list(read_blocks(reader.read(first, count)))
            except BadRecordError:
                continue
            for places, block in blocks:
                yield LabelGroup(block.labels(), partial(_record, first + places))

    def describe(self) -> str:
        """Return a line that says how many records the database holds, and of what shape."""
        kind = "encoded records" if isinstance(self._images, DecodedImages) else "records"
        return f"{self._records.name}: {self._records.count:,} {kind} of {dims(self._images.shape)}"

    @property
    def _top_count(self) -> int:
        return len(self.context.parameter.top)

    def _check_tops(self) -> None:
        if self._top_count not in (1, 2):
            raise OwltfError(f"needs one top (data) or two (data, label); got {self._top_count}")


def _record(numbers: Places, index: int) -> str:
    return f"record {numbers[index]}"


def read_images(
    context: DataContext, records: Records, bad: BadRecords
) -> RawImages | DecodedImages:
    """Return a reader for the database's images, raw or encoded as its first record is.

    Args:
        context: the layer's context.
        records: the database.
        bad: what becomes of records that cannot be used.

    Raises:
        OwltfError: if the first record is broken, or a field of the layer does not fit it.
    """
    reader = records.reader()
    return bad.first(
        lambda number: _images_like(context, records, bad, reader.read(number, 1)[0]),
        lambda number, reason: record_error(records, number, reason),
    )


def _images_like(
    context: DataContext, records: Records, bad: BadRecords, record: Record
) -> RawImages | DecodedImages:
    layout = read_layout(record)
    if not layout.encoded:
        shape = _raw_shape(layout)
        return RawImages(records, shape, layout.dtype, read_transform(context, shape), bad)
    channels = _decoded_channels(context.parameter)
    source = EncodedRecords(records, channels, context.net.max_image_pixels)
    height, width, depth = source.load(record)[0].shape
    shape = depth, height, width
    return DecodedImages(source, shape, read_transform(context, shape), bad)


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


def _backend(parameter: Any) -> str:
    return "LMDB" if parameter.backend == parameter.LMDB else "LEVELDB"
