"""Makes the blocks of LevelDB's tables: sorted keys, each written as it differs from the last."""

from __future__ import annotations

from os.path import commonprefix
from struct import Struct

import cramjam
import google_crc32c

WORD = Struct("<I")
_PLAIN, _SNAPPY = b"\0", b"\1"
_MASK = 0xA282EAD8
_32_BITS = 0xFFFFFFFF


class Block:
    """A block that grows; `len()` is its bytes so far."""

    def __init__(self, between_restarts: int) -> None:
        """Start an empty block.

        Args:
            between_restarts: so many keys after each other are written by their difference.
        """
        self._between = between_restarts
        self._parts: list[bytes] = []
        self._restarts: list[int] = [0]
        self._size = self._count = 0
        self._last = b""

    def __len__(self) -> int:
        """Return the bytes of its records."""
        return self._size

    def add(self, key: bytes, value: bytes) -> None:
        """Add a record; its key comes after all others."""
        shared = len(commonprefix([self._last, key]))
        if self._count == self._between:
            self._restarts.append(self._size)
            self._count = shared = 0
        head = varint(shared) + varint(len(key) - shared) + varint(len(value))
        self._parts += head, key[shared:], value
        self._size += len(head) + len(key) - shared + len(value)
        self._count += 1
        self._last = key

    def to_bytes(self) -> bytes:
        """Return the block with the places where whole keys are."""
        tail = (*self._restarts, len(self._restarts))
        return b"".join((*self._parts, *map(WORD.pack, tail)))


def packed(block: bytes) -> bytes:
    """Return a block as it stands in a file: compressed if an eighth is won, with a checksum."""
    smaller = bytes(cramjam.snappy.compress_raw(block))
    is_smaller = len(smaller) < len(block) - len(block) // 8
    data = smaller + _SNAPPY if is_smaller else block + _PLAIN
    return data + WORD.pack(masked_checksum(data))


def masked_checksum(data: bytes) -> int:
    """Return the CRC-32C of bytes, changed as LevelDB stores it."""
    found = google_crc32c.value(data)
    return int((found >> 15 | found << 17) + _MASK & _32_BITS)


def varint(value: int) -> bytes:
    """Return an integer in groups of seven bits, the lowest first."""
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])
