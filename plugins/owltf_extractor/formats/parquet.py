"""`.parquet`: a column of lists for each blob; it needs the package pyarrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import OwltfError
from owltf_extractor.formats.writer import Column, Writer


class ParquetWriter(Writer):
    """Writes a Parquet file with a row group for each batch.

    A blob's column holds a list for each row, its values in the order C, H, W; the field's metadata
    has the shape.
    """

    suffix = ".parquet"
    holds_several_blobs = holds_keys_and_labels = True

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        super().__init__(path, columns, schema)
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise OwltfError(
                "a .parquet needs pyarrow: pip install 'owltf[parquet]', or take another format"
            ) from error
        self._arrow = pyarrow
        self._schema = pyarrow.schema([self._field(column) for column in columns])
        self._writer = parquet.ParquetWriter(path, self._schema)

    def write(self, rows: Mapping[str, Any]) -> None:
        """Add rows."""
        arrays = [self._array(column, rows[column.name]) for column in self.columns]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))

    def close(self, *, complete: bool) -> None:
        """Close the file."""
        self._writer.close()

    def _field(self, column: Column) -> Any:
        if column.is_text:
            return self._arrow.field(column.name, self._arrow.string())
        kind = self._arrow.float32()
        if column.shape:
            kind = self._arrow.list_(kind, column.size)
        return self._arrow.field(column.name, kind, metadata={"shape": str(list(column.shape))})

    def _array(self, column: Column, values: Any) -> Any:
        if column.is_text:
            return self._arrow.array(list(values), self._arrow.string())
        flat = self._arrow.array(np.ascontiguousarray(values, np.float32).reshape(-1))
        if not column.shape:
            return flat
        return self._arrow.FixedSizeListArray.from_arrays(flat, column.size)
