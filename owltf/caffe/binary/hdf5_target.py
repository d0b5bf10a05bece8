"""Writes HDF5 files so that a full disk is an error: libhdf5 itself would crash at closing."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

import h5py


class _Target(FileIO):
    """A file that lets libhdf5 finish after a failed write, and keeps the failure.

    Attributes:
        problem: the first failure.
    """

    problem: OSError | None = None

    def write(self, data: Any) -> int:
        """Write all bytes, or keep the reason why not."""
        rest = memoryview(data)
        size = len(rest)
        try:
            while rest and self.problem is None:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.problem = error
        return size

    def truncate(self, size: int | None = None) -> int:
        """Cut or lengthen the file, or keep the reason why not."""
        try:
            return super().truncate(size)
        except OSError as error:
            self.problem = self.problem or error
            return size or 0


@contextmanager
def create_hdf5(path: Path) -> Iterator[Any]:
    """Provide a new HDF5 file for a `with` block; one that exists is replaced.

    Raises:
        OSError: if not all could be written.
    """
    with _Target(path, "w+") as target:
        try:
            with h5py.File(target, "w") as file:
                yield file
        except (OSError, RuntimeError, ValueError):
            if target.problem is None:
                raise
        if target.problem is not None:
            raise target.problem
