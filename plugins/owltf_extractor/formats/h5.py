"""`.h5`: HDF5 with a dataset for each column, which an HDF5Data layer can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from owltf_extractor.formats.deferred_error_file import DeferredErrorFile
from owltf_extractor.formats.writer import Column, Writer


class H5Writer(Writer):
    """Writes an HDF5 file whose datasets grow with the rows."""

    suffix = ".h5"
    holds_several_blobs = holds_keys_and_labels = True

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
            dataset, values = self._file[column.name], rows[column.name]
            first = len(dataset)
            dataset.resize(first + len(values), 0)
            dataset[first:] = np.array(values, object) if column.is_text else values
        self._bytes.check()

    def close(self, *, complete: bool) -> None:
        """Close the file."""
        with self._bytes:
            self._file.close()
        self._bytes.check()
