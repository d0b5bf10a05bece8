"""Arrays in NumPy's format whose rows come one after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.lib import format as npy

from owltf_extractor.formats.writer import Column

_BLOCK = 10_000


class Stream(Protocol):
    """Takes rows, and is an array in the end."""

    def write(self, values: Any) -> None:
        """Add rows."""

    def close(self, *, complete: bool) -> None:
        """Make it a whole array."""


def array_stream(file: IO[bytes], column: Column, folder: Path) -> Stream:
    """Begin an array at a file's start.

    Args:
        file: where to.
        column: what each row has.
        folder: where temporary files may be.
    """
    return TextStream(file, folder) if column.is_text else FloatStream(file, column.shape)


class FloatStream:
    """An array of float32."""

    def __init__(self, file: IO[bytes], shape: tuple[int, ...]) -> None:
        """Leave room for the header, which says how many rows there are."""
        self._file, self._shape, self._rows = file, shape, 0
        _write_header(file, "<f4", (0, *shape))

    def write(self, values: Any) -> None:
        """Add rows."""
        self._file.write(np.ascontiguousarray(values, "<f4").tobytes())
        self._rows += len(values)

    def close(self, *, complete: bool) -> None:
        """Write the header anew; NumPy keeps it as long for any number of rows."""
        if complete:
            self._file.seek(0)
            _write_header(self._file, "<f4", (self._rows, *self._shape))


class TextStream:
    """An array of strings, all as wide as the longest, which is known only at the end."""

    def __init__(self, file: IO[bytes], folder: Path) -> None:
        """Begin a temporary file of lines."""
        self._file = file
        self._lines = tempfile.TemporaryFile("w+", dir=folder)  # noqa: SIM115
        self._rows = self._longest = 0

    def write(self, values: Sequence[str]) -> None:
        """Add rows."""
        self._lines.writelines(f"{value}\n" for value in values)
        self._rows += len(values)
        self._longest = max(self._longest, *map(len, values))

    def close(self, *, complete: bool) -> None:
        """Write the array from the lines."""
        with self._lines:
            if complete:
                self._write_array(f"<U{max(self._longest, 1)}")

    def _write_array(self, dtype: str) -> None:
        _write_header(self._file, dtype, (self._rows,))
        self._lines.seek(0)
        while lines := [line.removesuffix("\n") for line in islice(self._lines, _BLOCK)]:
            self._file.write(np.array(lines, dtype).tobytes())


def _write_header(file: IO[bytes], dtype: str, shape: tuple[int, ...]) -> None:
    npy.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
