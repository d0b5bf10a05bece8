"""`.npy`: NumPy's file of one array, with a row for each record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from owltf_extractor.formats.npy_stream import array_stream
from owltf_extractor.formats.writer import Column, Writer


class NpyWriter(Writer):
    """Writes an array (rows, *shape); keys and labels go into separate files."""

    suffix = ".npy"

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        super().__init__(path, columns, schema)
        (self._column,) = columns
        self._file = path.open("w+b")
        self._stream = array_stream(self._file, self._column, path.parent)

    def write(self, rows: Mapping[str, Any]) -> None:
        """Add rows."""
        self._stream.write(rows[self._column.name])

    def close(self, *, complete: bool) -> None:
        """Write the number of rows into the header and close the file."""
        with self._file:
            self._stream.close(complete=complete)
