"""Writes a LevelDB of records whose keys ascend, as tables that need no log and no compaction."""

from __future__ import annotations

from pathlib import Path
from struct import Struct

from owltf.data.target.leveldb_block import masked_checksum, varint
from owltf.data.target.leveldb_table import TableWriter, internal_key
from owltf.data.target.writer import Pairs, refuse_order

_TABLE_SIZE = 1 << 25
_MANIFEST, _LOG_NUMBER, _FIRST_TABLE = 2, 3, 4
# LevelDB moves tables to higher levels as they grow; from the last one it moves none.
_LAST_LEVEL = 6
_COMPARATOR, _LOG, _NEXT_FILE, _SEQUENCE, _ADDED = 1, 2, 3, 4, 7
_ORDER = b"leveldb.BytewiseComparator"
_LOG_BLOCK, _LOG_HEAD = 32768, Struct("<IHB")
_MIDDLE, _FIRST, _LAST = 3, 2, 4
_FULL = 1


class LevelDbWriter:
    """Writes a new LevelDB."""

    def __init__(self, path: Path) -> None:
        """Make the folder.

        Raises:
            OSError: if it is there, or cannot be made.
        """
        path.mkdir()
        self._path = path
        self._tables: list[TableWriter] = []
        self._sequence = 0
        self._last = b""

    def put(self, records: Pairs) -> None:
        """Add records whose keys ascend."""
        self._last = refuse_order(self._last, records)
        for key, value in records:
            self._sequence += 1
            self._table().add(internal_key(key, self._sequence), value)

    def close(self, *, complete: bool = True) -> None:
        """Finish the last table, and write the list of tables."""
        if not complete:
            for table in self._tables:
                table.abandon()
            return
        if self._tables:
            self._tables[-1].finish()
        name = f"MANIFEST-{_MANIFEST:06}"
        (self._path / name).write_bytes(_as_log(self._manifest()))
        (self._path / "CURRENT").write_text(f"{name}\n")

    def _table(self) -> TableWriter:
        if self._tables and self._tables[-1].size < _TABLE_SIZE:
            return self._tables[-1]
        if self._tables:
            self._tables[-1].finish()
        number = _FIRST_TABLE + len(self._tables)
        self._tables.append(TableWriter(self._path / f"{number:06}.ldb"))
        return self._tables[-1]

    def _manifest(self) -> bytes:
        numbers = {
            _LOG: _LOG_NUMBER,
            _NEXT_FILE: _FIRST_TABLE + len(self._tables),
            _SEQUENCE: self._sequence,
        }
        fields = [varint(tag) + varint(value) for tag, value in numbers.items()]
        for number, table in enumerate(self._tables, _FIRST_TABLE):
            head = map(varint, (_ADDED, _LAST_LEVEL, number, table.size))
            fields += *head, _sized(table.first), _sized(table.last)
        return b"".join([varint(_COMPARATOR), _sized(_ORDER), *fields])


def _sized(data: bytes) -> bytes:
    return varint(len(data)) + data


def _as_log(record: bytes) -> bytes:
    """Return one record in the form of LevelDB's logs: in parts that fill blocks."""
    most = _LOG_BLOCK - _LOG_HEAD.size
    parts = [record[start : start + most] for start in range(0, len(record), most)]
    kinds = [_FIRST, *[_MIDDLE] * (len(parts) - 2), _LAST] if len(parts) > 1 else [_FULL]
    return b"".join(map(_log_part, parts, kinds))


def _log_part(part: bytes, kind: int) -> bytes:
    checksum = masked_checksum(bytes([kind]) + part)
    return _LOG_HEAD.pack(checksum, len(part), kind) + part
