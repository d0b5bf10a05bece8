"""Reads rows of datasets that are spread over several HDF5 files."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from owltf.caffe.binary.hdf5_layout import Hdf5Layout, Stored, read_layout, read_layouts, read_plain
from owltf.caffe.binary.hdf5_process import Hdf5Process
from owltf.errors import OwltfError

_KINDS_OF_NUMBERS = "fiu"


class Piece(NamedTuple):
    """Rows `start` to `stop` of one file, which fill the output from its row `at` on."""

    path: Path
    start: int
    stop: int
    at: int


class Hdf5Rows:
    """The rows of datasets that have the same names in several files.

    Attributes:
        files: the files in the order of their rows.
        names: the names of the datasets.
        shapes: the shape of one row of each dataset.
        ends: for each file, how many rows it and those before have.
        count: the number of rows of all files together.
    """

    def __init__(self, files: Sequence[Path], names: Sequence[str]) -> None:
        """Open each file once and check it.

        Raises:
            OwltfError: if a file or dataset cannot be used, or has other shapes than the first.
        """
        self.files = files
        self.names = names
        layouts = read_layouts(files)
        self.shapes = [_dataset(layouts[0], name)[1:] for name in names]
        self.ends = np.cumsum([self._count_rows(layout) for layout in layouts])
        self.count = int(self.ends[-1])
        if not self.count:
            raise OwltfError(f"{files[0]} holds no rows")

    def pieces(self, number: int, count: int) -> Iterator[Piece]:
        """Yield the places of `count` rows from row `number` on; after the last comes the first."""
        done = 0
        while done < count:
            row = (number + done) % self.count
            file = int(np.searchsorted(self.ends, row, side="right"))
            first = int(self.ends[file - 1]) if file else 0
            stop = min(int(self.ends[file]), row + count - done)
            yield Piece(self.files[file], row - first, stop - first, done)
            done += stop - row

    def _count_rows(self, layout: Hdf5Layout) -> int:
        path = layout.file
        whole = [_dataset(layout, name) for name in self.names]
        shapes = [shape[1:] for shape in whole]
        counts = [shape[0] for shape in whole]
        if shapes != self.shapes:
            first = f"{_listed(self.shapes)} as in {self.files[0]}"
            raise OwltfError(f"{path}: one row must have the shapes {first}; got {_listed(shapes)}")
        if len(set(counts)) > 1:
            found = ", ".join(map("{} has {}".format, self.names, counts))
            raise OwltfError(f"{path}: all datasets must have as many rows; {found}")
        return counts[0]


class Hdf5Reader:
    """Reads rows in order: from the file itself where they lie there as they are, else by libhdf5.

    libhdf5, which can crash on a damaged file, runs in a process of its own.
    """

    def __init__(self, rows: Hdf5Rows) -> None:
        """Keep the rows; the first file is opened by the first `read`."""
        self._rows = rows
        self._process = Hdf5Process()
        self._path: Path | None = None
        self._file: Any = None
        self._close: Any = None
        self._stored: Sequence[Stored] = ()

    def read(self, number: int, outputs: Sequence[npt.NDArray[np.float32]]) -> None:
        """Fill one array per dataset with the rows from row `number` on.

        Raises:
            OwltfError: if a file has changed or become shorter, or cannot be read.
        """
        for piece in self._rows.pieces(number, len(outputs[0])):
            target = np.s_[piece.at : piece.at + piece.stop - piece.start]
            self._move_to(piece.path)
            for stored, output in zip(self._stored, outputs, strict=True):
                self._read(piece, stored, output[target])
            self._refuse_cut(piece)

    def _read(self, piece: Piece, stored: Stored, output: npt.NDArray[np.float32]) -> None:
        if stored.layout == "contiguous" and stored.plain:
            try:
                is_whole = read_plain(self._file, stored, piece.start, output)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise OwltfError(f"{piece.path}: {reason}") from error
            if not is_whole:
                self._refuse_cut(piece)
        else:
            self._process.read(piece.path, stored.path, piece.start, piece.stop, output)

    def _refuse_cut(self, piece: Piece) -> None:
        """Refuse rows that the file does not hold any more: HDF5 gives zeros for them."""
        size = piece.path.stat().st_size if piece.path.exists() else 0
        for name, stored in zip(self._rows.names, self._stored, strict=True):
            end = stored.end_of_rows(piece.stop)
            if end > size:
                raise OwltfError(
                    f"{piece.path} has become shorter while it was read: rows {piece.start} to "
                    f"{piece.stop - 1} of '{name}' end at byte {end:,}, the file at {size:,}"
                )

    def _move_to(self, path: Path) -> None:
        if path == self._path:
            return
        if self._close:
            self._close()
        layout = read_layout(path)
        self._stored = [layout.dataset(name) for name in self._rows.names]
        try:
            self._path, self._file = path, path.open("rb", buffering=0)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OwltfError(f"{path} cannot be read ({reason})") from error
        self._close = weakref.finalize(self, self._file.close)
        # At exit a thread may be reading from it still.
        self._close.atexit = False


def hdf5_datasets(path: Path) -> list[str]:
    """Return the names of a file's datasets whose rows are numbers.

    Raises:
        OwltfError: if it is no HDF5 file, or it is broken.
    """
    layout = read_layout(path)
    named = {name: layout.datasets.get(name) for name in layout.inside.get("", ())}
    return [name for name, found in named.items() if found and _has_rows(found)]


def _has_rows(stored: Stored) -> bool:
    return stored.dtype.kind in _KINDS_OF_NUMBERS and bool(stored.shape)


def _dataset(layout: Hdf5Layout, name: str) -> tuple[int, ...]:
    """Return the shape of a dataset that can be read row by row."""
    layout.refuse_links(name)
    stored = layout.datasets.get(name)
    if stored is None:
        known = ", ".join(layout.inside.get("", ())) or "none"
        raise OwltfError(f"{layout.file} has no dataset '{name}'; it has {known}")
    if not _has_rows(stored):
        raise OwltfError(f"{layout.file}: dataset '{name}' must hold rows of numbers")
    shape = layout.dataset(name).shape or ()
    if 0 in shape[1:]:
        raise OwltfError(f"{layout.file}: dataset '{name}' of shape {shape} holds no numbers")
    return shape


def _listed(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes))
