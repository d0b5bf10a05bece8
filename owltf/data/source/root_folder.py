"""Finds the files whose paths begin with a layer's `root_folder`."""

from __future__ import annotations

from pathlib import Path

from owltf.data.data_layer import DataContext
from owltf.errors import OwltfError


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
