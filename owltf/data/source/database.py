"""Opens a database of records, of whichever kind it is."""

from __future__ import annotations

from pathlib import Path

from owltf.data.source.leveldb import LevelDbRecords
from owltf.data.source.lmdb import LmdbRecords
from owltf.data.source.records import Records

LEVELDB, LMDB = "LEVELDB", "LMDB"


def open_database(path: Path, backend: str | None = None) -> Records:
    """Open an LMDB or a LevelDB by its folder.

    Args:
        path: the folder; or the `data.mdb` of an LMDB.
        backend: "LMDB" or "LEVELDB"; what the folder holds unless given.

    Raises:
        OwltfError: if it is not of that kind, is damaged, or holds nothing.
    """
    if backend is None:
        backend = LEVELDB if (path / "CURRENT").exists() else LMDB
    return LmdbRecords(path) if backend == LMDB else LevelDbRecords(path)
