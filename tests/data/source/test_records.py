from __future__ import annotations

from owltf.data.source.lmdb import LmdbRecords
from owltf.data.source.records import record_error


def test_record_error(write_lmdb):
    records = LmdbRecords(write_lmdb([b"a", b"b", b"c"]))
    message = str(record_error(records, 7, "is odd"))
    assert message == f"{records.name}: record 1 (key '00000001') is odd"
