"""`.txt`: owl.net's text matrix, with a line for each row and each value as `%f` and a space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from owltf_extractor.formats.writer import Column, Writer


class TxtWriter(Writer):
    """Writes a matrix as text; keys and labels go into separate files, a line each."""

    suffix = ".txt"

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        super().__init__(path, columns, schema)
        (self._column,) = columns
        self._line = "%f " * self._column.size + "\n"
        self._file = path.open("w")

    def write(self, rows: Mapping[str, Any]) -> None:
        """Add a line for each row."""
        values = rows[self._column.name]
        if self._column.is_text:
            self._file.writelines(f"{value}\n" for value in values)
            return
        matrix = values.reshape(len(values), -1).tolist()
        self._file.writelines(self._line % tuple(row) for row in matrix)

    def close(self, *, complete: bool) -> None:
        """Close the file."""
        self._file.close()
