"""The base class of data layers, which read batches from outside the net."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from owltf.data.bad_records import BadRecords
from owltf.data.data_context import DataContext
from owltf.data.label_group import LabelGroup
from owltf.errors import OwltfError

if TYPE_CHECKING:
    import tensorflow as tf


# The fields of Caffe's own `transform_param`.
TRANSFORM_FIELDS = frozenset(
    ("crop_size", "force_color", "force_gray", "mean_file", "mean_value", "mirror", "scale")
)


class DataLayer(ABC):
    """Reads batches from a source outside the net.

    A subclass opens and checks its source when it is made, and sets `batch_size` and `top_shapes`.

    Attributes:
        caffe_type: The layer type in prototxt.
        transform_fields: The fields of `transform_param` that it reads. A net in which such a layer
            has another one is refused.
        context: What the layer was given.
        batch_size: Records in one global batch.
        top_shapes: Each top's shape in Caffe's order, the batch first.
        records: Records in the source; None where it has no end.
        first_position: The record a run from scratch starts at.
        failure: The error that stopped a pipeline of this layer, if one did.
        bad_records: The records that were found to be unusable, where they can be skipped.
        may_vary: Whether a batch may have images of another height and width than the last one,
            if the net takes any: so it is where they are read one by one and not cropped.
        whole_tops: Which tops have no row for each record, but rows that name their record, as the
            true boxes of AnnotatedData do. Each of several devices gets these whole.
        one_size: Why the images must be of one size, and what to do; None if they need not be. A
            net that is built says it of a layer that `may_vary`.
        reads_own_rows: Whether its batches hold `own_rows` alone; else these are cut out of whole
            batches, and a run on several machines reads all records on each.
        has_channels_last: Whether it has `dataset_channels_last`.
    """

    caffe_type: ClassVar[str]
    transform_fields: ClassVar[frozenset[str]] = TRANSFORM_FIELDS
    batch_size: int
    top_shapes: tuple[tuple[Any, ...], ...]
    records: int | None = None
    first_position: int = 0
    failure: OwltfError | None = None
    may_vary: bool = False
    whole_tops: tuple[int, ...] = ()
    bad_records: BadRecords | None = None
    reads_own_rows: ClassVar[bool] = False
    has_channels_last: ClassVar[bool] = False
    one_size: str | None = "crop them, or resize them to one size"

    def __init__(self, context: DataContext) -> None:
        """Keep the context; a subclass then opens its source."""
        self.context = context

    @property
    def own_rows(self) -> tuple[int, int]:
        """Where the rows of a batch begin that this process computes, and how many they are.

        They are all its rows, unless a run has several processes.
        """
        return self.context.net.share.rows(self.batch_size)

    @property
    def takes_any_size(self) -> bool:
        """Whether its batches are of any height and width."""
        return self.one_size is None

    @property
    def batch_shapes(self) -> tuple[tuple[int | None, ...], ...]:
        """Each top's shape; height and width are None if they may be any."""
        if not self.takes_any_size:
            return self.top_shapes
        from owltf.runtime.open_sizes import opened

        return tuple(opened(shape) for shape in self.top_shapes)

    def constants(self) -> dict[int, Any]:
        """Return the tops that are the same in every batch, by their numbers.

        Caffe fills them once. So a script that writes into one finds its values in every pass.
        """
        return {}

    @abstractmethod
    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of batches.

        Args:
            position: the record to start at, counted on over all rounds through the source; a round
                may end inside a batch.

        Returns:
            A dataset of tuples, one float32 tensor per top in Caffe's order.
        """

    def dataset_channels_last(self, position: int) -> tf.data.Dataset:
        """Return what `dataset` does, with the images (N, H, W, C), which is quicker to train on.

        Args:
            position: the record to start at, as in `dataset`.

        Raises:
            NotImplementedError: if the layer has no such form.
        """
        raise NotImplementedError

    def keys(self, position: int) -> Iterator[str]:
        """Yield the names of the source's records, from one record on without end.

        Args:
            position: the first record, counted as in `dataset`.

        Yields:
            The keys of the records; the number of a record that has no key.
        """
        for number in count(position):
            yield str(number % self.records if self.records else number)

    def labels(self, top: int = 1) -> Iterator[tuple[str, float]]:
        """Yield the place and the label of each record, if they can be known without long reading.

        A run looks for labels without a class before its first update.

        Args:
            top: which of the tops holds the labels.
        """
        return iter(())

    def label_groups(self, top: int = 1) -> Iterator[LabelGroup]:
        """Yield what `labels` does, many at a time; a source of very many records has its own way.

        Args:
            top: which of the tops holds the labels.
        """
        labels = list(self.labels(top))
        if labels:
            yield LabelGroup(np.array([value for _, value in labels]), lambda n: labels[n][0])

    def first_rows(self, top: int, array: Any, rows: int, batch: int) -> Any:
        """Return what belongs to the first records of a batch.

        Args:
            top: which of the tops it is.
            array: the top, of a whole batch.
            rows: how many records.
            batch: how many records a whole batch has.

        Raises:
            OwltfError: if the top has no row for each record.
        """
        if self.top_shapes[top][:1] != (batch,):
            raise OwltfError(
                f"the last batch has {rows} records, and '{self.context.parameter.top[top]}' "
                f"{self.top_shapes[top]} has no row for each; say how many batches to take"
            )
        return array[:rows]

    @abstractmethod
    def describe(self) -> str:
        """Return a line that says where the records come from, their number and their shape."""

    def explain(self, exception: Exception) -> OwltfError | None:
        """Return the error for the user, if this layer's pipeline raised an exception, or None."""
        return self.failure
