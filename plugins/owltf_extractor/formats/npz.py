"""`.npz`: NumPy's archive of several arrays, one for each column."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile, ZipInfo

from owltf_extractor.formats.npy_stream import Stream, array_stream
from owltf_extractor.formats.writer import Column, Writer


class NpzWriter(Writer):
    """Writes an array for each column.

    A zip file holds its members one after the other, so each array is a temporary file until the
    last row is written.
    """

    suffix = ".npz"
    holds_several_blobs = holds_keys_and_labels = True

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        super().__init__(path, columns, schema)
        self._path = path
        self._parts: dict[str, tuple[IO[bytes], Stream]] = {}
        for column in columns:
            file = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115
            self._parts[column.name] = (file, array_stream(file, column, path.parent))

    def write(self, rows: Mapping[str, Any]) -> None:
        """Add rows."""
        for name, (_, stream) in self._parts.items():
            stream.write(rows[name])

    def close(self, *, complete: bool) -> None:
        """Join the arrays in the archive, if they are complete, and delete the temporary files."""
        with ExitStack() as files:
            for file, stream in self._parts.values():
                files.enter_context(file)
                stream.close(complete=complete)
            if complete:
                self._join()

    def _join(self) -> None:
        with ZipFile(self._path, "w") as archive:
            for name, (file, _) in self._parts.items():
                file.seek(0)
                # A ZipInfo has the date 1980 unless told otherwise, so equal rows give equal files.
                with archive.open(ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                    shutil.copyfileobj(file, member)
