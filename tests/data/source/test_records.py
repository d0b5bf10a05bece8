from __future__ import annotations

import pytest

from owltf.data.source.lmdb import LmdbRecords
from owltf.data.source.records import BrokenDatabaseError, broken_is_an_error, record_error
from owltf.errors import OwltfError


def test_record_error(write_lmdb):
    records = LmdbRecords(write_lmdb([b"a", b"b", b"c"]))
    message = str(record_error(records, 7, "is odd"))
    assert message == f"{records.name}: record 1 (key '00000001') is odd"


def test_a_broken_database_is_named():
    with pytest.raises(OwltfError, match="^LMDB cats is broken$"), broken_is_an_error("LMDB cats"):
        raise BrokenDatabaseError("is broken")
