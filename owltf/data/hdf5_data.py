"""The HDF5Data layer: reads rows of datasets from HDF5 files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.caffe.net.listed_files import listed_files
from owltf.data.data_context import DataContext
from owltf.data.data_layer import DataLayer
from owltf.data.label_group import LabelGroup
from owltf.data.pipeline import batches_per_chunk, leading_axes, read_chunks, ready_batches
from owltf.data.shuffled_rows import ShuffledReader
from owltf.data.source.buffers import empty_aligned
from owltf.data.source.hdf5 import Hdf5Reader, Hdf5Rows
from owltf.errors import OwltfError

_PREFETCH = 4
_FLOAT_BYTES = 4
_SCANNED_ROWS = 1 << 22


class HDF5Data(DataLayer):
    """Reads the HDF5 files named in a list; each top is the dataset of the same name."""

    caffe_type = "HDF5Data"
    reads_own_rows = True

    def __init__(self, context: DataContext) -> None:
        """Open and check all files.

        Raises:
            OwltfError: if a file cannot be read, or a field of the layer is not supported.
        """
        super().__init__(context)
        parameter = context.parameter.hdf5_data_param
        with context.named_errors():
            _refuse(context.parameter)
            self.batch_size = context.global_batch(parameter.batch_size)
            self._list = context.find("source", parameter.source)
            files = listed_files(self._list, context.net.folder)
            self._rows = Hdf5Rows(files, list(context.parameter.top))
        self.records = self._rows.count
        self.top_shapes = tuple((self.batch_size, *shape) for shape in self._rows.shapes)

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of one tensor per top, from row `position` on."""
        batches = batches_per_chunk(self, sum(map(prod, self.top_shapes)) * _FLOAT_BYTES)
        first, count = self.own_rows
        shapes = [(*leading_axes(batches, count), *shape[1:]) for shape in self.top_shapes]
        is_shuffled = self.context.parameter.hdf5_data_param.shuffle
        key = (self.context.seed, self.context.name, "shuffle") if is_shuffled else None
        reader = Hdf5Reader(self._rows) if key is None else ShuffledReader(self._rows, key)

        def read(number: int) -> Sequence[npt.NDArray[Any]]:
            arrays = [empty_aligned(shape, np.float32) for shape in shapes]
            rows = zip(arrays, self.top_shapes, strict=True)
            reader.read(number, [array.reshape(-1, *shape[1:]) for array, shape in rows])
            return arrays

        signature = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
        step = batches * self.batch_size
        chunks = read_chunks(self, read, position + first, step, signature)
        return ready_batches(chunks, batches, _PREFETCH)

    def label_groups(self, top: int = 1) -> Iterator[LabelGroup]:
        """Yield the labels, where a row of the top is one number."""
        if prod(self._rows.shapes[top]) != 1 or self._rows.count > _SCANNED_ROWS:
            return
        values = np.empty((self._rows.count, *self._rows.shapes[top]), np.float32)
        rows = Hdf5Rows(self._rows.files, [self._rows.names[top]])
        Hdf5Reader(rows).read(0, [values])
        yield LabelGroup(values.ravel(), "row {}".format)

    def describe(self) -> str:
        """Return a line that says how many rows and files there are."""
        shuffled = ", shuffled" if self.context.parameter.hdf5_data_param.shuffle else ""
        files = len(self._rows.files)
        return f"HDF5 {self._list}: {self._rows.count:,} rows in {files} file(s){shuffled}"


def _refuse(parameter: Any) -> None:
    if parameter.HasField("transform_param"):
        raise OwltfError("transform_param: HDF5Data does not transform data")
    if not parameter.top:
        raise OwltfError("needs one top or more, each named after a dataset")
