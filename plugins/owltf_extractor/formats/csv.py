"""`.csv`: a line of headings, then a line for each row with a column for each value of a blob."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from owltf.api import printable
from owltf_extractor.formats.writer import Column, Writer

# Nine digits are enough to tell any two float32 numbers apart.
_NUMBER = "%.9g"


class CsvWriter(Writer):
    """Writes text from which every float32 is read back exactly."""

    suffix = ".csv"
    holds_several_blobs = holds_keys_and_labels = True

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        super().__init__(path, columns, schema)
        self._file = path.open("w", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        names = (heading for column in columns for heading in headings(column))
        self._writer.writerow(map(printable, names))

    def write(self, rows: Mapping[str, Any]) -> None:
        """Add a line for each row."""
        parts = [_cells(column, rows[column.name]) for column in self.columns]
        for cells in zip(*parts, strict=True):
            self._writer.writerow([cell for part in cells for cell in part])

    def close(self, *, complete: bool) -> None:
        """Close the file."""
        self._file.close()


def headings(column: Column) -> list[str]:
    """Return the headings of a column's values: `prob[0]`, `prob[1]`, or its name alone."""
    if not column.shape:
        return [column.name]
    return [f"{column.name}[{number}]" for number in range(column.size)]


def _cells(column: Column, values: Any) -> Iterator[list[str]]:
    if column.is_text:
        return ([printable(value)] for value in values)
    rows = values.reshape(len(values), -1).tolist()
    return ([_NUMBER % value for value in row] for row in rows)
