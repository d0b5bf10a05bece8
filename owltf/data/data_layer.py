"""The base class of data layers, which read batches from outside the net."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from owltf.errors import OwltfError

if TYPE_CHECKING:
    import tensorflow as tf

    from owltf.convert.context import NetContext
    from owltf.data.bad_records import BadRecords


@dataclass(frozen=True)
class DataContext:
    """The settings that a data layer is made with: its message, and those of its net.

    Attributes:
        parameter: the layer's `LayerParameter`.
        where: the file and line of the layer, for errors: "net.prototxt:12".
        net: the context that its net is built with.
    """

    parameter: Any
    where: str
    net: NetContext

    @property
    def phase(self) -> str:
        """The phase that the net is for, "TRAIN" or "TEST"."""
        return self.net.phase

    @property
    def seed(self) -> int:
        """The solver's `random_seed`, or the one that was drawn at the start."""
        return self.net.seed

    @property
    def schema(self) -> Any:
        """Caffe's messages, with those of plugins."""
        return self.net.registry.schema

    def find_file(self, path: str) -> Path:
        """Return an existing file or folder that the net names.

        Raises:
            OwltfError: if it does not exist; the message lists the paths that were tried.
        """
        return self.net.find_file(path)

    @property
    def name(self) -> str:
        """The layer's name."""
        return str(self.parameter.name)

    def error(self, message: str) -> OwltfError:
        """Return an error that names the layer, its file and line."""
        return OwltfError(f"{self.parameter.type} layer '{self.name}' ({self.where}): {message}")

    @contextmanager
    def named_errors(self) -> Iterator[None]:
        """Put the layer's name before the message of an OwltfError that is raised inside."""
        try:
            yield
        except OwltfError as error:
            raise self.error(str(error)) from error

    def find(self, field: str, path: str) -> Path:
        """Return the file or folder that a field, such as `source`, names.

        Raises:
            OwltfError: if the field is empty, or the path does not exist.
        """
        if not path:
            raise OwltfError(f"{field} is missing")
        try:
            return self.find_file(path)
        except OwltfError as error:
            raise OwltfError(f"{field} {error}") from error

    def global_batch(self, batch_size: int) -> int:
        """Return the number of records in one batch for the net's `batch_size`.

        Raises:
            OwltfError: if it is missing or 0.
        """
        if batch_size < 1:
            raise OwltfError("batch_size must be 1 or more; it is missing or 0")
        return batch_size * self.net.batch_factor


class DataLayer(ABC):
    """Reads batches from a source outside the net.

    A subclass opens and checks its source when it is made, and sets `batch_size` and `top_shapes`.

    Attributes:
        caffe_type: The layer type in prototxt.
        context: What the layer was given.
        batch_size: Records in one global batch.
        top_shapes: Each top's shape in Caffe's order, the batch first.
        records: Records in the source; None where it has no end.
        first_position: The record a run from scratch starts at.
        failure: The error that stopped a pipeline of this layer, if one did.
        bad_records: The records that were found to be unusable, where they can be skipped.
        may_vary: Whether a batch may have images of another height and width than the last one,
            if the net takes any: so it is where they are read one by one and not cropped.
        one_size: Why the images must be of one size, and what to do; None if they need not be. A
            net that is built says it of a layer that `may_vary`.
    """

    caffe_type: ClassVar[str]
    batch_size: int
    top_shapes: tuple[tuple[int, ...], ...]
    records: int | None = None
    first_position: int = 0
    failure: OwltfError | None = None
    may_vary: bool = False
    bad_records: BadRecords | None = None
    one_size: str | None = "crop them, or resize them to one size"

    def __init__(self, context: DataContext) -> None:
        """Keep the context; a subclass then opens its source."""
        self.context = context

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

    @abstractmethod
    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of batches.

        Args:
            position: the record to start at, counted on over all rounds through the source; a round
                may end inside a batch.

        Returns:
            A dataset of tuples, one float32 tensor per top in Caffe's order.
        """

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

    @abstractmethod
    def describe(self) -> str:
        """Return a line that says where the records come from, their number and their shape."""

    def explain(self, exception: Exception) -> OwltfError | None:
        """Return the error for the user, if this layer's pipeline raised an exception, or None."""
        return self.failure
