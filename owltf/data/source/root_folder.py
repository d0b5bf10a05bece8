"""Finds the files whose paths begin with a layer's `root_folder`."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from owltf.data.data_context import DataContext
from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes


class RootFolder:
    """The place where the paths of a list begin, found once by the first of them."""

    def __init__(self, written: str, context: DataContext, beside: Path) -> None:
        """Keep the layer's `root_folder`.

        Args:
            written: what the layer says, which Caffe puts in front of each path as it is.
            context: the layer's context, which says where files are looked for.
            beside: the folder of the list, where paths are looked for last.
        """
        self._written, self._context, self._beside = written, context, beside
        self._start = Path()

    def find(self, name: str) -> Path:
        """Return the file of a path of the list.

        Raises:
            OwltfError: if there is none.
        """
        written = self._written + name
        path = self._start / written
        if _exists(path):
            return path
        found = self._find(written)
        if not Path(written).is_absolute():
            self._start = Path(str(found).removesuffix(str(Path(written))) or ".")
        return found

    def read(self, name: str) -> bytes:
        """Return the bytes of the file of a path of the list.

        Raises:
            OwltfError: if there is none, or it is no ordinary file.
        """
        try:
            return _read_ordinary(os.path.join(self._start, self._written + name))  # noqa: PTH118
        except (OSError, ValueError):
            # What is wrong is found out slowly.
            return read_bytes(self.find(name))

    def _find(self, written: str) -> Path:
        try:
            return self._context.find_file(written)
        except OwltfError:
            beside = self._beside / written
            if _exists(beside):
                return beside
            raise
        except (OSError, ValueError) as error:
            raise OwltfError(f"{written[:80]!r}: no path of a file ({error})") from error


def _exists(path: Path) -> bool:
    # A name of too many letters, or with a zero byte in it, is an exception in Python.
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _read_ordinary(path: str) -> bytes:
    """Return a file's bytes, with fewer calls than by `Path`: there are millions of images."""
    # A pipe is opened without waiting for its writer, and then refused.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is no ordinary file")
        data = os.read(number, found.st_size)
        # One call reads the whole of most files.
        while len(data) < found.st_size and (more := os.read(number, found.st_size - len(data))):
            data += more
        return data
    finally:
        os.close(number)
