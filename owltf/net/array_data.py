"""ArrayData: a data layer whose records are the rows of NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.data_context import DataContext
from owltf.data.data_layer import DataLayer
from owltf.data.draws import shuffled, stream_key
from owltf.data.label_group import LabelGroup
from owltf.data.pipeline import read_ahead, read_chunks
from owltf.data.source.buffers import empty_aligned
from owltf.errors import OwltfError

_PREFETCH = 4


def array_of(value: Any, error: Callable[[str], OwltfError]) -> npt.NDArray[Any]:
    """Return a value as an array of numbers; it is not copied if it is one.

    Args:
        value: the value.
        error: makes the error of a sentence.

    Raises:
        OwltfError: if it is no array of numbers, or has no records.
    """
    try:
        array = np.asarray(value)
    except ValueError as problem:
        raise error(f"is no array: {problem}") from None
    if array.dtype.kind not in "fiub":
        raise error(f"takes an array of numbers, got one of {array.dtype}")
    if not array.ndim or not len(array):
        raise error(f"needs an axis of records, and one record at least; got shape {array.shape}")
    return array


class ArrayData(DataLayer):
    """Takes batches from arrays, round after round; a batch may end one round and begin the next.

    As in Caffe's MemoryData, `transform_param` does not apply: the arrays are what the tops hold.

    Args:
        context: the layer that it stands for.
        arrays: an array for each top, in Caffe's order of axes, records first: (N, C, H, W).
        batch_size: records in one global batch.
        shuffle: take the records in another order in each round, drawn from the run's seed.

    Raises:
        OwltfError: if the arrays have different numbers of records.
    """

    caffe_type = "ArrayData"
    reads_own_rows = True

    def __init__(
        self,
        context: DataContext,
        arrays: Sequence[npt.NDArray[Any]],
        batch_size: int,
        *,
        shuffle: bool = False,
    ) -> None:
        super().__init__(context)
        counts = [len(array) for array in arrays]
        if len(set(counts)) > 1:
            pairs = zip(context.parameter.top, counts, strict=True)
            told = ", ".join(f"'{top}' {count}" for top, count in pairs)
            raise context.error(f"the arrays must have as many records each, got {told}")
        self._arrays, self._shuffle = arrays, shuffle
        self._order: tuple[int, npt.NDArray[np.int64]] | None = None
        self.batch_size, self.records = batch_size, counts[0]
        self.top_shapes = tuple((batch_size, *array.shape[1:]) for array in arrays)

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of one tensor per top, from record `position` on."""
        first, count = self.own_rows
        shapes = [(count, *array.shape[1:]) for array in self._arrays]

        def read(number: int) -> Sequence[npt.NDArray[np.float32]]:
            places, tops = self._places(number, count), []
            for array, shape in zip(self._arrays, shapes, strict=True):
                tops.append(empty_aligned(shape, np.float32))
                tops[-1][...] = array[places]
            return tops

        signature = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
        batches = read_chunks(self, read, position + first, self.batch_size, signature)
        return read_ahead(batches, _PREFETCH)

    def _places(self, number: int, count: int) -> npt.NDArray[np.int64]:
        """Return the rows of consecutive records, counted on over all rounds."""
        rounds, rows = np.divmod(np.arange(number, number + count), len(self._arrays[0]))
        if self._shuffle:
            for each in np.unique(rounds).tolist():
                rows[rounds == each] = self._order_of(each)[rows[rounds == each]]
        return rows

    def _order_of(self, number: int) -> npt.NDArray[np.int64]:
        if self._order is None or self._order[0] != number:
            key = stream_key(self.context.seed, self.context.name, "arrays", number)
            self._order = number, np.asarray(shuffled(key, len(self._arrays[0])), np.int64)
        return self._order[1]

    def label_groups(self, top: int = 1) -> Iterator[LabelGroup]:
        """Yield the labels, where a record of the top is one number."""
        values = self._arrays[top]
        if values.size == self.records:
            yield LabelGroup(np.ravel(values), "record {}".format)

    def describe(self) -> str:
        """Return a line that says how many records there are."""
        return f"arrays of {self.records:,} records{', shuffled' if self._shuffle else ''}"
