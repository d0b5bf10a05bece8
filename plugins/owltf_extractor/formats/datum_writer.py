"""Writes rows as Datums with `float_data`, as Caffe's extract_features does, to a database."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from owltf.api import DatabaseWriter, OwltfError
from owltf_extractor.formats.writer import KEY, LABEL, Column, Writer, row_name

_LONGEST_KEY = 511


class DatumWriter(Writer):
    """Writes a database with a record for each row; a subclass for each kind of database.

    Keys are Caffe's, ten digits; with `--with-keys`, the source's key follows the digits. Each
    record says its own size.
    """

    holds_keys_and_labels = holds_any_sizes = True

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        super().__init__(path, columns, schema)
        (self._column,) = (each for each in columns if each.name not in (KEY, LABEL))
        if any(each.size != 1 for each in columns if each.name == LABEL):
            raise OwltfError("a Datum holds one label; the net has several for each row")
        self._names = {each.name for each in columns}
        self._datum = schema.message("Datum")
        _check_axes(self._column.shape)
        self._number = 0
        self._database = self.make(path)

    @abstractmethod
    def make(self, path: Path) -> DatabaseWriter:
        """Return the writer of a new database."""

    def write(self, rows: Mapping[str, Any]) -> None:
        """Add a record for each row."""
        records = list(self._records(rows))
        self._database.put(records)
        self._number += len(records)

    def close(self, *, complete: bool) -> None:
        """Close the database."""
        self._database.close(complete=complete)

    def _records(self, rows: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes]]:
        values = rows[self._column.name]
        channels, height, width = (*values.shape[1:], 1, 1, 1)[:3]
        for place, row in enumerate(values.reshape(len(values), -1).tolist()):
            datum = self._datum(channels=channels, height=height, width=width, float_data=row)
            if LABEL in self._names:
                datum.label = int(rows[LABEL].reshape(-1)[place])
            key = row_name(self._number + place)
            if KEY in self._names:
                key = f"{key}_{rows[KEY][place]}"
            yield key.encode()[:_LONGEST_KEY], datum.SerializeToString()


def _check_axes(shape: tuple[int, ...]) -> None:
    if len(shape) > 3:
        raise OwltfError(f"a Datum holds C, H and W; the blob has {shape} for each row")
