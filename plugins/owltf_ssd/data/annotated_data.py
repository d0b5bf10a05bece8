"""AnnotatedData: reads a database of images with true boxes, and varies them to train on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.api import (
    BadRecords,
    DataContext,
    DataLayer,
    OwltfError,
    drawn_skip,
    in_threads,
    open_database,
    read_ahead,
    read_chunks,
    read_transform,
    record_error,
    stream_key,
)
from owltf_ssd.data.annotated_record import read_record
from owltf_ssd.data.augmentation import Augmentation
from owltf_ssd.data.batch_sampler import check_sampler
from owltf_ssd.data.crop import Crop, Place
from owltf_ssd.data.distortion import check_distortion
from owltf_ssd.data.label_map import read_label_map
from owltf_ssd.data.noise import check_noise
from owltf_ssd.data.resize import check_resize
from owltf_ssd.data.true_boxes import Rows, mirrored, seen_through

_NONE = np.full((1, 8), -1, np.float32)
_SSD_FIELDS = (
    "crop_h",
    "crop_w",
    "distort_param",
    "emit_constraint",
    "expand_param",
    "noise_param",
    "resize_param",
)


class AnnotatedData(DataLayer):
    """Reads AnnotatedDatum records; the tops are the images and the true boxes of a batch.

    The true boxes are (1, 1, boxes, 8): the image's number in the batch, label, instance, xmin,
    ymin, xmax, ymax and difficult. A batch without any has one row of -1.
    """

    caffe_type = "AnnotatedData"
    transform_fields = DataLayer.transform_fields | frozenset(_SSD_FIELDS)

    def __init__(self, context: DataContext) -> None:
        """Open the database and read its first record.

        Raises:
            OwltfError: if it cannot be read, or a field of the layer does not fit it.
        """
        super().__init__(context)
        data, transform = context.parameter.data_param, context.parameter.transform_param
        self._message = context.schema.message("owltf_ssd.AnnotatedDatum")
        with context.named_errors():
            self._check(context.parameter)
            self.batch_size = context.global_batch(data.batch_size)
            self._records = open_database(context.find("source", data.source))
            self.records = self._records.count
            self.bad_records = BadRecords(context, self.records)
            self._labels = self._read_labels()
            image, _ = self.bad_records.first(self._first, self._error)
            height, width, channels = self._resized(image.shape)
            shape = (channels, height, width)
            self._transform = read_transform(context, shape)
            self._crop = Crop.of(transform, shape, context.phase)
            self._augmentation = Augmentation(
                transform,
                tuple(context.parameter.annotated_data_param.batch_sampler),
                self._mean_colour(channels),
            )
        images = (self.batch_size, channels, *self._crop.out((height, width)))
        self.top_shapes = (images, (1, 1, None, 8))[: len(context.parameter.top)]
        self.whole_tops = (1,)[: len(context.parameter.top) - 1]
        self.first_position = drawn_skip(context.seed, context.name, data.rand_skip)

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of (images, true boxes) from record `position` on."""
        signature = [tf.TensorSpec(shape, tf.float32) for shape in self._shapes()]
        dataset = read_chunks(self, self._reader(), position, self.batch_size, signature)
        count = len(self.top_shapes)
        dataset = dataset.map(lambda images, boxes: (images, boxes)[:count])
        return read_ahead(dataset, max(1, self.context.parameter.data_param.prefetch))

    def keys(self, position: int) -> Iterator[str]:
        """Yield the keys of the database's records from record `position` on, without end."""
        return self._records.keys(position)

    def first_rows(self, top: int, array: Any, rows: int, batch: int) -> Any:
        """Return what belongs to the first records of a batch."""
        if top == 0:
            return array[:rows]
        kept = tf.boolean_mask(array[0, 0], array[0, 0, :, 0] < rows)
        return (kept if len(kept) else tf.constant(_NONE))[None, None]

    def describe(self) -> str:
        """Return a line that says how many records the database holds, and of what shape."""
        size = "x".join(map(str, self.top_shapes[0][1:]))
        return f"{self._records.name}: {self.records:,} images with true boxes, as {size}"

    def _shapes(self) -> tuple[Any, ...]:
        return (self.top_shapes[0], (1, 1, None, 8))

    def _check(self, parameter: Any) -> None:
        """Refuse fields that do not fit, or that nothing here does."""
        if len(parameter.top) not in (1, 2):
            raise OwltfError(f"needs one or two tops (data, label); got {len(parameter.top)}")
        transform = parameter.transform_param
        reasons = {
            "resize_param": check_resize(transform.resize_param)
            if transform.HasField("resize_param")
            else None,
            "distort_param": check_distortion(transform.distort_param),
            "expand_param": _check_expansion(transform.expand_param),
            "noise_param": check_noise(transform.noise_param),
        }
        for sampler in parameter.annotated_data_param.batch_sampler:
            reasons["batch_sampler"] = reasons.get("batch_sampler") or check_sampler(sampler)
        for name, reason in reasons.items():
            if reason:
                raise OwltfError(f"{name}: {reason}")
        if transform.force_gray:
            raise OwltfError("force_gray is not supported: images have three channels")

    def _read_labels(self) -> dict[int, str] | None:
        name = self.context.parameter.annotated_data_param.label_map_file
        if not name:
            return None
        return read_label_map(self.context.find("label_map_file", name), self.context.schema)

    def _mean_colour(self, channels: int) -> Any:
        values = list(self.context.parameter.transform_param.mean_value) or [0]
        return np.array(values if len(values) > 1 else values * channels)

    def _draw(self, *names: object) -> np.random.Generator:
        key = stream_key(self.context.seed, self.context.name, *names)
        return np.random.Generator(np.random.Philox(key=key))

    def _first(self, number: int) -> tuple[Any, Rows]:
        return self._load(bytes(self._records.reader().read(number, 1)[0]))

    def _error(self, number: int, reason: str) -> OwltfError:
        return record_error(self._records, number, reason)

    def _load(self, record: bytes) -> tuple[Any, Rows]:
        image, rows = read_record(self._message, record, self.context.net.max_image_pixels)
        unknown = set(rows[:, 0].astype(int).tolist()) - (self._labels or {}).keys()
        if self._labels is not None and unknown:
            raise ValueError(f"has the label {min(unknown)}, which label_map_file does not name")
        return image, rows

    def _resized(self, shape: tuple[int, ...]) -> tuple[int, int, int]:
        """Return the size of all images, (H, W, C)."""
        transform = self.context.parameter.transform_param
        resized = transform.resize_param
        if transform.HasField("resize_param"):
            is_cut = transform.crop_size or transform.crop_h
            if resized.resize_mode == resized.FIT_SMALL_SIZE and not is_cut:
                raise OwltfError("resize_mode: FIT_SMALL_SIZE needs a crop_size")
            return resized.height, resized.width, shape[2]
        return shape[0], shape[1], shape[2]

    def _reader(self) -> Any:
        """Return a function that reads the batch which starts at a record's number."""
        reader = self._records.reader()

        def read(number: int) -> Sequence[Any]:
            records = [bytes(each) for each in reader.read(number, self.batch_size)]
            works = [
                in_threads(self._varied, number + place, record)
                for place, record in enumerate(records)
            ]
            found = [self._good(number + place, work) for place, work in enumerate(works)]
            images = np.stack([image for image, _ in found])
            return images, _numbered([rows for _, rows in found])

        return read

    def _good(self, number: int, work: Any) -> tuple[Any, Rows]:
        """Return a record as it is varied; that of the next good one in place of a bad one."""
        try:
            return work.result()  # type: ignore[no-any-return]
        except ValueError as error:
            self.bad_records.meet(self._error(number, str(error)))  # type: ignore[union-attr]
        following = number + 1
        record = bytes(self._records.reader().read(following, 1)[0])
        return self._good(following, in_threads(self._varied, following, record))

    def _varied(self, number: int, record: bytes) -> tuple[Any, Rows]:
        """Return the image, float32 (C, H, W), and the rows of a record, varied by its number."""
        image, rows = self._load(record)
        image, rows = self._augmentation.of(image, rows, self._draw("vary", number))
        self._check_size(image.shape)
        words = self._transform.words(number, 1)[0]
        place = self._crop.place(words, image.shape[:2])
        values = self._normalized(image, place)
        if self._crop.size is not None:
            rows = seen_through(rows, place.window(image.shape[:2]))
        if self._transform.mirror and words[2] % 2:
            return np.ascontiguousarray(values[:, :, ::-1]), mirrored(rows)
        return values, rows

    def _check_size(self, shape: tuple[int, ...]) -> None:
        height, width, channels = shape
        if self._crop.size is None and (channels, height, width) != self.top_shapes[0][1:]:
            raise ValueError(
                f"is {channels}x{height}x{width} where the first is "
                f"{'x'.join(map(str, self.top_shapes[0][1:]))}; give a resize_param"
            )

    def _normalized(self, image: Any, place: Place) -> Any:
        """Return the part of an image that is kept, float32 (C, H, W), minus the mean, scaled."""
        transform, mean = self._transform, self._transform.mean
        values = place.cut(image.transpose(2, 0, 1)).astype(np.float32)
        if mean is not None:
            values -= place.cut(mean) if transform.has_mean_image else mean
        return values if transform.scale == 1 else values * np.float32(transform.scale)


def _numbered(batch: Sequence[Rows]) -> Any:
    """Return the rows of a batch's images, each behind its image's number, (1, 1, boxes, 8)."""
    numbered = [
        np.concatenate([np.full((len(rows), 1), number, np.float32), rows], 1)
        for number, rows in enumerate(batch)
    ]
    rows = np.concatenate(numbered)
    return (rows if len(rows) else _NONE).astype(np.float32)[None, None]


def _check_expansion(param: Any) -> str | None:
    return None if param.max_expand_ratio >= 1 else "max_expand_ratio must be 1 or more"
