"""Writes arrays in NumPy's format row by row, without holding them in memory."""

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
    """An array that is written row by row."""

    def write(self, values: Any) -> None:
        """Add rows."""

    def close(self, *, complete: bool) -> None:
        """Finish the array, if its rows are complete."""


def array_stream(file: IO[bytes], column: Column, folder: Path) -> Stream:
    """Return a stream that writes a column as an array from the file's start on.

    Args:
        file: the file to write.
        column: the name, shape and kind of the values.
        folder: the folder for temporary files.
    """
    return TextStream(file, folder) if column.is_text else FloatStream(file, column.shape)


class FloatStream:
    """An array of float32 that is written row by row."""

    def __init__(self, file: IO[bytes], shape: tuple[int, ...]) -> None:
        """Write a header for 0 rows, which `close` replaces."""
        self._file, self._shape, self._rows = file, shape, 0
        write_header(file, "<f4", (0, *shape))

    def write(self, values: Any) -> None:
        """Add rows."""
        self._file.write(np.ascontiguousarray(values, "<f4").tobytes())
        self._rows += len(values)

    def close(self, *, complete: bool) -> None:
        """Write the header again with the number of rows; NumPy's headers leave room for it."""
        if complete:
            self._file.seek(0)
            write_header(self._file, "<f4", (self._rows, *self._shape))


class TextStream:
    """An array of strings that is written row by row.

    NumPy stores all strings as wide as the longest, which is known only at the end; until then
    they are lines of a temporary file.
    """

    def __init__(self, file: IO[bytes], folder: Path) -> None:
        """Create the temporary file of lines."""
        self._file = file
        self._lines = tempfile.TemporaryFile("w+", dir=folder)  # noqa: SIM115
        self._rows = self._longest = 0

    def write(self, values: Sequence[str]) -> None:
        """Add rows."""
        self._lines.writelines(f"{value}\n" for value in values)
        self._rows += len(values)
        self._longest = max(self._longest, *map(len, values))

    def close(self, *, complete: bool) -> None:
        """Write the lines as an array, if they are complete, and delete the temporary file."""
        with self._lines:
            if complete:
                self._write_array(f"<U{max(self._longest, 1)}")

    def _write_array(self, dtype: str) -> None:
        write_header(self._file, dtype, (self._rows,))
        self._lines.seek(0)
        while lines := [line.removesuffix("\n") for line in islice(self._lines, _BLOCK)]:
            self._file.write(np.array(lines, dtype).tobytes())


def write_header(file: IO[bytes], dtype: str, shape: tuple[int, ...]) -> None:
    """Write the head of a `.npy` file.

    Args:
        file: where it goes.
        dtype: the type of its values, as NumPy spells it.
        shape: the array's shape.
    """
    npy.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
