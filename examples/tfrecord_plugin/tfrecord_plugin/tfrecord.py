"""The TFRecord layer: reads image files and labels from TFRecord files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from owltf.api import (
    BadRecords,
    DataContext,
    DecodedLayer,
    OwltfError,
    RecordOrder,
    decode_image,
    resize_image,
)
from tfrecord_plugin.record_file import RecordFile

_IMAGE, _LABEL = "image/encoded", "image/class/label"
_CHANNELS = 3


class TFRecord(DecodedLayer):
    """Reads TFRecord files; its tops are the images and their labels."""

    caffe_type = "TFRecord"

    def __init__(self, context: DataContext) -> None:
        """Find the records.

        Raises:
            OwltfError: if there are no files or records, or a field does not fit.
        """
        super().__init__(context)
        parameter = context.parameter.image_data_param
        with context.named_errors():
            self.batch_size = context.global_batch(parameter.batch_size)
            size = (parameter.new_height, parameter.new_width)
            if not all(size):
                raise OwltfError("new_height and new_width must be given")
            self._examples = _Examples.of(context, size)
            self.records = self._examples.count
            bad = BadRecords(context, self.records)
            self.read_from(self._examples, (_CHANNELS, *size), bad)

    def keys(self, position: int) -> Iterator[str]:
        """Yield the file and the number in it of each record, from record `position` on."""
        while True:
            yield self._examples.name(position)
            position += 1

    def describe(self) -> str:
        """Return a line that says how many records there are."""
        files = len(self._examples.files)
        return f"TFRecord {self._examples.pattern}: {self.records:,} records in {files} file(s)"


@dataclass(frozen=True)
class _Examples:
    """An `ImageSource`: what a `DecodedLayer` asks of whatever holds images."""

    pattern: str
    files: Sequence[RecordFile]
    ends: Any
    order: RecordOrder
    size: tuple[int, int]
    max_pixels: int | None

    @classmethod
    def of(cls, context: DataContext, size: tuple[int, int]) -> _Examples:
        parameter = context.parameter.image_data_param
        files = [RecordFile(path) for path in _paths(context, parameter.source)]
        ends = np.cumsum([len(file.starts) for file in files])
        if not ends[-1]:
            raise OwltfError(f"source {parameter.source} holds no records")
        key = (context.seed, context.name, "shuffle") if parameter.shuffle else None
        order = RecordOrder(int(ends[-1]), key)
        return cls(parameter.source, files, ends, order, size, context.net.max_image_pixels)

    @property
    def count(self) -> int:
        return int(self.ends[-1])

    def place(self, number: int) -> tuple[RecordFile, int]:
        """Return the file of a record, and its number in it."""
        found = int(self.order.places(number, 1)[0])
        file = int(np.searchsorted(self.ends, found, side="right"))
        return self.files[file], found - int(self.ends[file - 1] if file else 0)

    def name(self, number: int) -> str:
        file, place = self.place(number)
        return f"{file.path}:{place}"

    def reader(self) -> Callable[[int, int], Sequence[tuple[RecordFile, int]]]:
        return lambda number, count: [self.place(number + each) for each in range(count)]

    def load(self, item: tuple[RecordFile, int]) -> tuple[Any, float]:
        file, place = item
        try:
            features = tf.train.Example.FromString(file.read(place)).features.feature
        except DecodeError as error:
            raise ValueError("is no tf.train.Example") from error
        contents, labels = features[_IMAGE].bytes_list.value, features[_LABEL].int64_list.value
        if len(contents) != 1 or len(labels) != 1:
            raise ValueError(f"must have one {_IMAGE} and one {_LABEL}")
        image = decode_image(contents[0], _CHANNELS, max_pixels=self.max_pixels)
        return resize_image(image, self.size), labels[0]

    def error(self, number: int, reason: str) -> OwltfError:
        return OwltfError(f"record {self.name(number)} {reason}")


def _paths(context: DataContext, source: str) -> list[Path]:
    """Return the files of a pattern, whose folder is looked for as any file of a net is."""
    if "*" not in source:
        return [context.find("source", source)]
    pattern = Path(source)
    found = sorted(context.find("source", str(pattern.parent)).glob(pattern.name))
    if not found:
        raise OwltfError(f"source {source} fits no file")
    return found
