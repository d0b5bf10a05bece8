"""GrowingFile: a file that is appended to line by line, which others may read meanwhile."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_dash


class GrowingFile:
    """Appends lines to a file; once that fails, as on a full disk, it says so and writes no more.

    A line that was cut short, as by a process that was killed, is ended first.

    Args:
        path: the file; it is made if it is not there.
        anew: begin with an empty file.
        quiet: do not say that writing fails.
    """

    def __init__(self, path: Path, *, anew: bool = False, quiet: bool = False) -> None:
        self.path, self._anew, self._quiet = path, anew, quiet
        self._file: TextIO | None = None

    def open(self) -> None:
        """Open the file.

        Raises:
            OwltfError: if it cannot be opened.
        """
        refuse_dash(self.path)
        try:
            is_cut = not self._anew and _is_cut(self.path)
            self._file = self._opened()
        except OSError as error:
            reason = str(error.strerror or error).lower()
            raise OwltfError(f"{self.path}: cannot be written: {reason}") from error
        if is_cut:
            self.write("\n")

    def _opened(self) -> TextIO:
        if self._anew:
            return self.path.open("w", encoding="utf-8", newline="")
        return self.path.open("a", encoding="utf-8", newline="")

    def write(self, line: str) -> None:
        """Append a line, with its end, at once; none if the file is not open."""
        if self._file is None:
            return
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            self._tell(str(error.strerror or error).lower())
            self.close()

    def _tell(self, reason: str) -> None:
        if not self._quiet:
            with suppress(OSError):
                print(f"owltf: {self.path}: {reason}; going on without it", file=sys.stderr)

    def close(self) -> None:
        """Close the file; what is written afterwards is lost."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None


def _is_cut(path: Path) -> bool:
    if not path.exists() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) != b"\n"
