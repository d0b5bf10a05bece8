"""A file that reports a failed write later, for libraries that crash on a full disk."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any


class DeferredErrorFile(io.RawIOBase):
    """A file whose writes always seem to succeed; the first error is kept for `check`.

    The HDF5 library may crash when it closes a file after a write that failed.
    """

    def __init__(self, path: Path) -> None:
        """Create the file."""
        self._file = path.open("w+b", buffering=0)
        self._failure: OSError | None = None

    def check(self) -> None:
        """Raise the first OSError of a write, if there was one."""
        if self._failure is not None:
            raise self._failure

    def write(self, data: Any) -> int:
        """Write the data, or keep the error."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest and self._failure is None:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            self._failure = error
        return size

    def truncate(self, size: int | None = None) -> int:
        """Set the file's length, or keep the error."""
        try:
            return self._file.truncate(size)
        except OSError as error:
            self._failure = self._failure or error
            return size or 0

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the file, with zeros for bytes that could not be written."""
        view = memoryview(buffer).cast("B")
        count = self._file.readinto(view) or 0
        view[count:] = bytes(len(view) - count)
        return len(view)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place in the file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place in the file."""
        return self._file.tell()

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def readable(self) -> bool:
        """Return True."""
        return True

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True
