"""What a format is: columns in, rows at a time, and a file at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, ClassVar

KEY = "key"
LABEL = "label"


@dataclass(frozen=True)
class Column:
    """Something each row has.

    Attributes:
        name: the blob's name, `key` or `label`.
        shape: its shape for one row, in Caffe's order.
        is_text: whether it is a string rather than float32 numbers.
    """

    name: str
    shape: tuple[int, ...] = ()
    is_text: bool = False

    @property
    def size(self) -> int:
        """How many values a row has."""
        return prod(self.shape)


class Writer(ABC):
    """Writes rows to one file, or one folder, as they come.

    Attributes:
        suffix: how the file's name ends.
        holds_many: whether it holds several blobs; else each has a file of its own.
        holds_beside: whether it holds keys and labels; else they are written beside it.
    """

    suffix: ClassVar[str]
    holds_many: ClassVar[bool] = False
    holds_beside: ClassVar[bool] = False

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        """Begin a file.

        Args:
            path: where to.
            columns: what each row has.
            schema: Caffe's messages.

        Raises:
            OwltfError: if the columns do not go into this format.
        """
        self.columns = columns

    @abstractmethod
    def write(self, rows: Mapping[str, Any]) -> None:
        """Add rows.

        Args:
            rows: for each column an array (N, *shape), or a sequence of strings.
        """

    @abstractmethod
    def close(self, *, complete: bool) -> None:
        """End the file.

        Args:
            complete: whether all rows are there; else the file will be thrown away.
        """
