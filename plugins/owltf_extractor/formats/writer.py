"""The base class of the file formats, which write columns row by row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, ClassVar

from owltf.api import OwltfError

KEY = "key"
LABEL = "label"


@dataclass(frozen=True)
class Column:
    """A column of the output: a blob, the labels or the keys.

    Attributes:
        name: the blob's name, `key` or `label`.
        shape: the shape of one row's values, in Caffe's order.
        is_text: whether the values are strings; else they are float32 numbers.
        varies: whether the rows after the first may be of another height and width.
    """

    name: str
    shape: tuple[int, ...] = ()
    is_text: bool = False
    varies: bool = False

    @property
    def size(self) -> int:
        """The number of values in a row."""
        return prod(self.shape)


def row_name(number: int) -> str:
    """Return what a row is called where each stands for itself, as in Caffe's databases."""
    return f"{number:010d}"


class Writer(ABC):
    """Writes rows to a file of one format; a subclass for each format.

    Attributes:
        suffix: the end of the file's name.
        holds_several_blobs: whether one file holds several blobs; else each has its own file.
        holds_keys_and_labels: whether it holds keys and labels; else they are written beside it.
        holds_any_sizes: whether its rows may be of several sizes.
    """

    suffix: ClassVar[str]
    holds_several_blobs: ClassVar[bool] = False
    holds_keys_and_labels: ClassVar[bool] = False
    holds_any_sizes: ClassVar[bool] = False

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        """Create the file.

        Args:
            path: the file, or the folder of a format that is a folder.
            columns: the columns of each row.
            schema: Caffe's messages.

        Raises:
            OwltfError: if the format cannot hold the columns.
        """
        self.columns = columns

    def check(self, rows: Mapping[str, Any]) -> None:
        """Refuse rows whose size is not the column's, in a format that needs one size.

        Raises:
            OwltfError: if a row is of another size.
        """
        for column in self.columns:
            shape = None if column.is_text else tuple(rows[column.name].shape[1:])
            if shape not in (None, column.shape) and not self.holds_any_sizes:
                raise OwltfError(
                    f"'{column.name}' has shape {shape} after rows of {column.shape}, and a "
                    f"{self.suffix} holds rows of one size"
                )

    @abstractmethod
    def write(self, rows: Mapping[str, Any]) -> None:
        """Add rows.

        Args:
            rows: for each column an array (N, *shape), or a sequence of strings.
        """

    @abstractmethod
    def close(self, *, complete: bool) -> None:
        """Close the file.

        Args:
            complete: whether all rows were written; else the file will be deleted.
        """
