"""A written LevelDB, read by owltf and by LevelDB itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from owltf.data.source.leveldb import LevelDbRecords
from owltf.data.source.leveldb_log import log_records
from owltf.data.target.leveldb import LevelDbWriter, _as_log

Records = list[tuple[bytes, bytes]]


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    """Write a database of several tables, and return what is in it."""
    monkeypatch.setattr("owltf.data.target.leveldb._TABLE_SIZE", 1 << 16)
    values = np.random.default_rng(0).integers(0, 256, (300, 900), np.uint8)
    records = [(b"%08d_a.png" % place, value.tobytes()) for place, value in enumerate(values)]
    writer = LevelDbWriter(tmp_path / "out")
    for first in range(0, 300, 70):
        writer.put(records[first : first + 70])
    writer.close()
    return records


def test_owltf_reads_it(tmp_path: Path, records: Records) -> None:
    found = LevelDbRecords(tmp_path / "out")
    assert [bytes(each) for each in found.reader().read(0, 300)] == [each for _, each in records]
    assert len(list((tmp_path / "out").glob("*.ldb"))) > 2


def test_leveldb_reads_it_and_goes_on(tmp_path: Path, records: Records) -> None:
    plyvel = pytest.importorskip("plyvel")
    path = str(tmp_path / "out")
    database = plyvel.DB(path, paranoid_checks=True)
    assert list(database.iterator(verify_checksums=True)) == records
    database.put(b"x", b"more")
    database.compact_range()
    database.close()
    database = plyvel.DB(path)
    assert list(database) == [*records, (b"x", b"more")]
    database.close()


def test_a_list_of_many_tables_fills_several_blocks_of_a_log() -> None:
    record = np.random.default_rng(0).bytes(100_000)
    assert list(log_records(_as_log(record))) == [record]


def test_an_unfinished_database_is_none(tmp_path: Path) -> None:
    writer = LevelDbWriter(tmp_path / "out")
    writer.put([(b"a", b"b")])
    writer.close(complete=False)
    assert not (tmp_path / "out" / "CURRENT").exists()
