from __future__ import annotations

from pathlib import Path

from owltf.data.source.database import open_database

ORACLE = Path(__file__).parents[1] / "oracle"


def test_either_kind():
    lmdb, leveldb = (open_database(ORACLE / name) for name in ("lmdb_raw", "leveldb_raw"))
    assert [each.name.split()[0] for each in (lmdb, leveldb)] == ["LMDB", "LevelDB"]
    assert lmdb.count == leveldb.count == 10
    assert [bytes(each) for each in lmdb.reader().read(0, 10)] == [
        bytes(each) for each in leveldb.reader().read(0, 10)
    ]
