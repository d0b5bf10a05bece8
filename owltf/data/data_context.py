"""What a data layer is made with: its message, where it stands, and the context of its net."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from owltf.errors import OwltfError

if TYPE_CHECKING:
    from owltf.convert.context import NetContext


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

    def check_transform(self, known: Collection[str]) -> None:
        """Raise OwltfError if `transform_param` has a field that the layer would ignore.

        Args:
            known: the fields that the layer reads.
        """
        given = [field.name for field, _ in self.parameter.transform_param.ListFields()]
        unread = [name for name in given if name not in known]
        if unread:
            raise self.error(
                f"transform_param {{ {', '.join(unread)} }} is not read by {self.parameter.type} "
                f"layers: leave it out, or take a layer that reads it; these read "
                f"{', '.join(sorted(known))}"
            )

    def expect_images_and_labels(self) -> None:
        """Raise OwltfError unless the layer has one top for images and one for labels."""
        if len(self.parameter.top) != 2:
            raise OwltfError(f"needs two tops (data, label); got {len(self.parameter.top)}")
