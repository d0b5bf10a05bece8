"""`.h5`: HDF5 with a dataset for each column, which an HDF5Data layer can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from owltf_extractor.formats.deferred_error_file import DeferredErrorFile
from owltf_extractor.formats.writer import Column, Writer, row_name


class H5Writer(Writer):
    """Writes an HDF5 file whose datasets grow with the rows.

    A column whose rows turn out to be of several sizes becomes a group, with a dataset for each
    row, named by its number in ten digits.
    """

    suffix = ".h5"
    holds_several_blobs = holds_keys_and_labels = holds_any_sizes = True

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        super().__init__(path, columns, schema)
        self._bytes = DeferredErrorFile(path)
        self._file = h5py.File(self._bytes, "w")
        for column in columns:
            self._file.create_dataset(
                column.name,
                shape=(0, *column.shape),
                maxshape=(None, *column.shape),
                dtype=h5py.string_dtype() if column.is_text else np.float32,
                chunks=True,
            )

    def write(self, rows: Mapping[str, Any]) -> None:
        """Add rows."""
        for column in self.columns:
            values = rows[column.name]
            self._add(column.name, np.array(values, object) if column.is_text else values)
        self._bytes.check()

    def close(self, *, complete: bool) -> None:
        """Close the file."""
        with self._bytes:
            self._file.close()
        self._bytes.check()

    def _add(self, name: str, values: Any) -> None:
        held = self._file[name]
        if isinstance(held, h5py.Dataset) and held.shape[1:] != values.shape[1:]:
            held = self._as_group(name)
        if isinstance(held, h5py.Group):
            _add_each(held, values)
            return
        first = len(held)
        held.resize(first + len(values), 0)
        held[first:] = values

    def _as_group(self, name: str) -> Any:
        """Return a group of a dataset's rows, which takes its place."""
        rows = self._file[name]
        del self._file[name]
        group = self._file.create_group(name)
        for first in range(0, len(rows), _BLOCK):
            _add_each(group, rows[first : first + _BLOCK])
        return group


_BLOCK = 100


def _add_each(group: Any, values: Any) -> None:
    for number, row in enumerate(values, len(group)):
        group[row_name(number)] = row
