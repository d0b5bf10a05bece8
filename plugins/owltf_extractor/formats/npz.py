"""`.npz`: NumPy's archive of several arrays, one for each column."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile, ZipInfo

import numpy as np

from owltf_extractor.formats.npy_stream import TextStream, write_header
from owltf_extractor.formats.writer import Column, Writer, row_name


class NpzWriter(Writer):
    """Writes an array for each column.

    A zip file holds its members one after the other, so each array is a temporary file until the
    last row is written. A column whose rows are of several sizes becomes an array for each row,
    `conv/0000000000` and so on.
    """

    suffix = ".npz"
    holds_several_blobs = holds_keys_and_labels = holds_any_sizes = True

    def __init__(self, path: Path, columns: Sequence[Column], schema: Any) -> None:
        super().__init__(path, columns, schema)
        self._path = path
        kinds = [_TextPart if column.is_text else _FloatPart for column in columns]
        pairs = zip(columns, kinds, strict=True)
        self._parts = {column.name: kind(column, path.parent) for column, kind in pairs}

    def write(self, rows: Mapping[str, Any]) -> None:
        """Add rows."""
        for name, part in self._parts.items():
            part.write(rows[name])

    def close(self, *, complete: bool) -> None:
        """Join the arrays in the archive, if they are complete, and delete the temporary files."""
        with ExitStack() as files:
            for part in self._parts.values():
                files.enter_context(part.file)
                part.close(complete=complete)
            if complete:
                self._join()

    def _join(self) -> None:
        with ZipFile(self._path, "w") as archive:
            for name, part in self._parts.items():
                part.file.seek(0)
                for end, header, size in part.arrays():
                    # A ZipInfo has the date 1980 unless told otherwise: equal rows, equal files.
                    info = ZipInfo(f"{name}{end}.npy")
                    with archive.open(info, "w", force_zip64=True) as member:
                        if header is not None:
                            write_header(member, "<f4", header)
                        _copy(part.file, member, size)


class _TextPart:
    """A column of strings, as a whole `.npy`."""

    def __init__(self, column: Column, folder: Path) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._stream = TextStream(self.file, folder)

    def write(self, values: Any) -> None:
        """Add rows."""
        self._stream.write(values)

    def close(self, *, complete: bool) -> None:
        """Write the array."""
        self._stream.close(complete=complete)

    def arrays(self) -> Iterator[tuple[str, tuple[int, ...] | None, int | None]]:
        """Yield the one array: the end of its name, no header to write, all bytes."""
        yield "", None, None


class _FloatPart:
    """A column of numbers, as the bytes of its rows."""

    def __init__(self, column: Column, folder: Path) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._first = column.shape
        # How many rows of a shape came one after the other.
        self._runs: list[tuple[tuple[int, ...], int]] = []

    def write(self, values: Any) -> None:
        """Add rows."""
        self.file.write(np.ascontiguousarray(values, "<f4").tobytes())
        shape, count = tuple(values.shape[1:]), len(values)
        if self._runs and self._runs[-1][0] == shape:
            count += self._runs.pop()[1]
        self._runs.append((shape, count))

    def close(self, *, complete: bool) -> None:
        """Do nothing: headers are written with the archive."""

    def arrays(self) -> Iterator[tuple[str, tuple[int, ...] | None, int | None]]:
        """Yield the end of the name, the shape, and the bytes of each array."""
        if len(self._runs) < 2:
            shape, count = self._runs[0] if self._runs else (self._first, 0)
            yield "", (count, *shape), None
            return
        shapes = (shape for shape, count in self._runs for _ in range(count))
        for number, shape in enumerate(shapes):
            yield f"/{row_name(number)}", shape, int(np.prod(shape)) * np.dtype("<f4").itemsize


def _copy(source: IO[bytes], target: IO[bytes], size: int | None) -> None:
    if size is None:
        shutil.copyfileobj(source, target)
    else:
        target.write(source.read(size))
