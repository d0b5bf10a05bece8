"""Finds and reads the records of a TFRecord file.

A record is its length, a checksum of that, its bytes and a checksum of those: CRC-32C, rotated and
shifted by a constant.
"""

from __future__ import annotations

import os
from pathlib import Path
from struct import Struct

import google_crc32c
import numpy as np
import numpy.typing as npt

from owltf.api import OwltfError

_HEAD, _CHECKSUM = Struct("<QI"), Struct("<I")
_LENGTH = Struct("<Q")
_SHIFT, _32_BITS = 0xA282EAD8, 0xFFFFFFFF


class RecordFile:
    """A TFRecord file, whose records can be read in any order.

    Attributes:
        path: the file.
        starts: where each record's bytes begin.
        sizes: how many each has.
    """

    def __init__(self, path: Path) -> None:
        """Find the records by their heads.

        Raises:
            OwltfError: if it is no TFRecord file, or it is cut short.
        """
        self.path = path
        places: list[tuple[int, int]] = []
        try:
            self._file = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
        end, place = os.fstat(self._file).st_size, 0
        while place < end:
            head = os.pread(self._file, _HEAD.size, place)
            size, checksum = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, None)
            start = place + _HEAD.size
            place = start + size + _CHECKSUM.size
            if checksum != _masked(_LENGTH.pack(size)) or place > end:
                where = f"record {len(places)}, at byte {start - _HEAD.size:,}"
                raise OwltfError(f"{path}: no TFRecord file, or cut short: {where}")
            places.append((start, size))
        found: npt.NDArray[np.int64] = np.array(places, np.int64).reshape(-1, 2)
        self.starts, self.sizes = found.T

    def __del__(self) -> None:
        """Close the file."""
        if hasattr(self, "_file"):
            os.close(self._file)

    def read(self, number: int) -> bytes:
        """Return the bytes of a record.

        Raises:
            ValueError: if they are not those of its checksum.
        """
        size = int(self.sizes[number])
        data = os.pread(self._file, size + _CHECKSUM.size, int(self.starts[number]))
        record = data[:size]
        if data[size:] != _CHECKSUM.pack(_masked(record)):
            raise ValueError("is damaged: its checksum is not that of its bytes")
        return record


def _masked(data: bytes) -> int:
    found = google_crc32c.value(data)
    return int((found >> 15 | found << 17) + _SHIFT & _32_BITS)
