"""Writes LevelDB's tables: files of sorted records in blocks."""

from __future__ import annotations

from pathlib import Path
from struct import Struct

from owltf.data.target.leveldb_block import Block, packed, varint

# Caffe asks for blocks of this size.
_BLOCK_SIZE = 65536
_RESTARTS, _EACH = 16, 1
_NUMBER = Struct("<Q")
_HANDLES, _MAGIC = 40, 0xDB4775248B80FB57
_TRAILER = 5
_VALUE = 1


def internal_key(key: bytes, sequence: int) -> bytes:
    """Return a key as tables hold it: with the number of the change that wrote it."""
    return key + _NUMBER.pack(sequence << 8 | _VALUE)


class TableWriter:
    """Writes one table.

    Attributes:
        size: the bytes written so far.
        first: the first key, as tables hold it.
        last: the last one.
    """

    def __init__(self, path: Path) -> None:
        """Make the file."""
        self._file = path.open("xb")
        self._block, self._index = Block(_RESTARTS), Block(_EACH)
        self.size = 0
        self.first = self.last = b""

    def add(self, key: bytes, value: bytes) -> None:
        """Add a record; its key, an `internal_key`, comes after all others."""
        self.first = self.first or key
        self.last = key
        self._block.add(key, value)
        if len(self._block) >= _BLOCK_SIZE:
            self._end_block()

    def finish(self) -> None:
        """Write what is left: the last block, the index, and where it is."""
        if len(self._block):
            self._end_block()
        handles = self._write(Block(_EACH)) + self._write(self._index)
        self._file.write(handles.ljust(_HANDLES, b"\0") + _NUMBER.pack(_MAGIC))
        self.size += _HANDLES + _NUMBER.size
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _end_block(self) -> None:
        self._index.add(self.last, self._write(self._block))
        self._block = Block(_RESTARTS)

    def _write(self, block: Block) -> bytes:
        """Write a block, and return where it is."""
        data = packed(block.to_bytes())
        handle = varint(self.size) + varint(len(data) - _TRAILER)
        self._file.write(data)
        self.size += len(data)
        return handle
