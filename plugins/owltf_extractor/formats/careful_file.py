"""A file for libraries that do not survive a full disk."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any


class CarefulFile(io.RawIOBase):
    """A file whose first failure is kept for `check`, while its user goes on as if it had written.

    The HDF5 library may crash when it closes a file that it could not write.
    """

    def __init__(self, path: Path) -> None:
        """Begin a file."""
        self._file = path.open("w+b", buffering=0)
        self._failure: OSError | None = None

    def check(self) -> None:
        """Raise the OSError that a write met, if one did."""
        if self._failure is not None:
            raise self._failure

    def write(self, data: Any) -> int:
        """Write, or keep the failure."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest and self._failure is None:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            self._failure = error
        return size

    def truncate(self, size: int | None = None) -> int:
        """Set the length, or keep the failure."""
        try:
            return self._file.truncate(size)
        except OSError as error:
            self._failure = self._failure or error
            return size or 0

    def readinto(self, buffer: Any) -> int:
        """Read; what was never written is zeros."""
        view = memoryview(buffer).cast("B")
        count = self._file.readinto(view) or 0
        view[count:] = bytes(len(view) - count)
        return len(view)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def close(self) -> None:
        """End the file."""
        self._file.close()
        super().close()

    def readable(self) -> bool:
        """Say yes."""
        return True

    def writable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True
