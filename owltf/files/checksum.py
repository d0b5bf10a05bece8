"""FileSum: the size and the checksum of a file, by which it is known again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

_PIECE = 1 << 20


@dataclass(frozen=True)
class FileSum:
    """The size and the checksum of a file.

    Attributes:
        size: how many bytes it has.
        crc32: their CRC-32.
    """

    size: int = 0
    crc32: int = 0

    @classmethod
    def of(cls, path: Path) -> FileSum:
        """Return the sum of a file, which is read piece by piece."""
        total = cls()
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                total = total.with_more(piece)
        return total

    def with_more(self, piece: bytes | memoryview) -> FileSum:
        """Return the sum of a file that has some more bytes at its end."""
        return FileSum(self.size + len(piece), crc32(piece, self.crc32))

    def fits(self, path: Path) -> bool:
        """Return whether a file has this sum; one of another size is not read."""
        return path.stat().st_size == self.size and FileSum.of(path) == self


def write_summed(file: BinaryIO, pieces: Iterable[bytes | memoryview]) -> FileSum:
    """Write pieces to a file and return their sum, so that it need not be read for that.

    Args:
        file: an open file, at its start.
        pieces: what to write, as bytes.
    """
    total = FileSum()
    for piece in pieces:
        file.write(piece)
        total = total.with_more(piece)
    return total
