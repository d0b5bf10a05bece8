"""DatasetData: a data layer whose batches are those of a `tf.data.Dataset`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from owltf.data.data_context import DataContext
from owltf.data.data_layer import DataLayer
from owltf.data.pipeline import read_ahead
from owltf.errors import OwltfError

_PREFETCH = 2


def is_dataset(value: Any) -> bool:
    """Return whether a value is a `tf.data.Dataset`."""
    return isinstance(value, tf.data.Dataset)


def components_of(dataset: tf.data.Dataset) -> Any:
    """Return the types of what a dataset's elements are: a tensor's, a tuple's or a dict's."""
    return dataset.element_spec


class DatasetData(DataLayer):
    """Takes the batches of a dataset, round after round.

    Its elements are batches, in Caffe's order of axes. Where they may differ in their records, as a
    last batch does, their records are put together anew, in batches like the first.

    A run that resumes passes over the records that were taken; it is the same run only if the
    dataset gives the same records each time.

    Args:
        context: the layer that it stands for.
        dataset: its elements are tuples in the order of the tops, or dicts by their names.
        error: makes an error of a sentence.

    Raises:
        OwltfError: if an element is no batch of numbers, or the dataset is empty.
    """

    caffe_type = "DatasetData"

    def __init__(
        self,
        context: DataContext,
        dataset: tf.data.Dataset,
        error: Callable[[str], OwltfError],
    ) -> None:
        super().__init__(context)
        self._tops = list(context.parameter.top)
        self._given = dataset.map(self._in_order)
        shapes = [self._shape(spec, error) for spec in self._given.element_spec]
        self._is_even = all(shape[0] is not None for shape in shapes)
        if any(None in shape for shape in shapes):
            shapes = self._first_shapes(error)
        sizes = {shape[0] for shape in shapes}
        if len(sizes) > 1:
            raise error(f"the parts of a batch must have as many records each, got {shapes}")
        self.batch_size = int(sizes.pop())
        self.top_shapes = tuple(shapes)

    def _in_order(self, *parts: Any) -> tuple[Any, ...]:
        values: Any = parts[0] if len(parts) == 1 else parts
        if isinstance(values, Mapping):
            values = [values[top] for top in self._tops]
        several = values if isinstance(values, tuple | list) else [values]
        return tuple(tf.cast(each, tf.float32) for each in several)

    @staticmethod
    def _shape(spec: tf.TensorSpec, error: Callable[[str], OwltfError]) -> tuple[Any, ...]:
        if spec.shape.rank in (None, 0):
            raise error("a tf.data.Dataset must give batches: call its .batch(N) first")
        return tuple(spec.shape)

    def _first_shapes(self, error: Callable[[str], OwltfError]) -> list[tuple[Any, ...]]:
        for batch in self._given.take(1):
            return [tuple(map(int, each.shape)) for each in batch]
        raise error("the tf.data.Dataset is empty")

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of one tensor per top, from record `position` on."""
        batches = self._given.repeat()
        if not self._is_even:
            batches = batches.unbatch().batch(self.batch_size, drop_remainder=True)
        # A run with another batch may have stood inside one of these.
        return read_ahead(batches.skip(position // self.batch_size), _PREFETCH)

    def describe(self) -> str:
        """Return a line that says how large a batch is."""
        return f"tf.data.Dataset in batches of {self.batch_size}"
