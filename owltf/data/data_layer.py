"""What a data layer is, and what it is given."""

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


@dataclass(frozen=True)
class DataContext:
    """What a data layer is given.

    Attributes:
        parameter: The layer's `LayerParameter`.
        where: The file and line of the layer, for errors: "net.prototxt:12".
        net: What its net is built with.
    """

    parameter: Any
    where: str
    net: NetContext

    @property
    def phase(self) -> str:
        """What the net is for, "TRAIN" or "TEST"."""
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
            OwltfError: with what was tried.
        """
        return self.net.find_file(path)

    @property
    def name(self) -> str:
        """The layer's name."""
        return str(self.parameter.name)

    def error(self, message: str) -> OwltfError:
        """Make the error that names the layer and where it stands."""
        return OwltfError(f"{self.parameter.type} layer '{self.name}' ({self.where}): {message}")

    @contextmanager
    def named_errors(self) -> Iterator[None]:
        """Name the layer in every OwltfError that is raised inside."""
        try:
            yield
        except OwltfError as error:
            raise self.error(str(error)) from error

    def find(self, field: str, path: str) -> Path:
        """Find the file or folder that a field, such as `source`, names.

        Raises:
            OwltfError: The field is empty, or nothing is there.
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
            OwltfError: It is missing or 0.
        """
        if batch_size < 1:
            raise OwltfError("batch_size must be 1 or more; it is missing or 0")
        return batch_size * self.net.batch_factor


class DataLayer(ABC):
    """Makes batches from a source outside the net.

    A subclass opens and checks its source when it is made, and sets `batch_size` and `top_shapes`.

    Attributes:
        caffe_type: The layer type in prototxt.
        context: What the layer was given.
        batch_size: Records in one global batch.
        top_shapes: Each top's shape in Caffe's order, the batch first.
        records: Records in the source; None where it has no end.
        first_position: The record a run from scratch starts at.
        failure: The error that stopped a pipeline of this layer, if one did.
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
        """Make an endless dataset of batches.

        Args:
            position: The record to start at, counted on without wrapping; the source wraps around,
                inside a batch too.

        Returns:
            A dataset of tuples, one float32 tensor per top in Caffe's order.
        """

    def keys(self, position: int) -> Iterator[str]:
        """Yield what the source calls its records, from one on without end.

        Args:
            position: The first record, counted as in `dataset`.

        Yields:
            Keys; a record without one is called by its number.
        """
        for number in count(position):
            yield str(number % self.records if self.records else number)

    @abstractmethod
    def describe(self) -> str:
        """Say in one line where the records come from, how many they are and of what shape."""

    def explain(self, exception: Exception) -> OwltfError | None:
        """Return the error a user can act on, if this layer's pipeline raised `exception`."""
        return self.failure
