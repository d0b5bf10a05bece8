"""LevelDBs, compared with LevelDB itself where it is installed."""

from __future__ import annotations

import os
import random
import shutil
from itertools import islice
from pathlib import Path

import pytest

from owltf.data.source import leveldb
from owltf.data.source.leveldb import Index, LevelDbRecords, LiveIndex

ORACLE = Path(__file__).parents[1] / "oracle"


def written(plyvel, path, seed):
    """Write records with LevelDB in several goes, and return what it reads."""
    draw = random.Random(seed)
    for _ in range(draw.randrange(1, 4)):
        database = plyvel.DB(
            str(path),
            create_if_missing=True,
            write_buffer_size=draw.choice([4096, 1 << 16, 1 << 28]),
            block_size=draw.choice([1024, 65536]),
            compression=draw.choice([None, "snappy"]),
        )
        in_order = draw.random() < 0.5
        for number in range(draw.choice([3, 100, 700])):
            key = b"%08d" % (number if in_order else draw.randrange(500))
            if draw.random() < 0.1 and not in_order:
                database.delete(key)
            sizes = [b"", draw.randbytes(10), b"abc" * 300, draw.randbytes(5000)]
            database.put(key, draw.choice(sizes))
        if draw.random() < 0.4:
            database.compact_range()
        database.close()
    database = plyvel.DB(str(path))
    found = list(database)
    database.close()
    return found


@pytest.mark.parametrize("seed", range(8))
def test_what_leveldb_reads(seed, tmp_path):
    plyvel = pytest.importorskip("plyvel", reason="LevelDB is not installed")
    wanted = written(plyvel, tmp_path / "db", seed)
    records = LevelDbRecords(tmp_path / "db")
    assert records.count == len(wanted)
    reader = records.reader()
    found = zip(records.keys(0), map(bytes, reader.read(0, records.count)), strict=False)
    assert [(key.encode(), value) for key, value in found] == wanted
    for first in (len(wanted) // 2, len(wanted) - 1):
        three = [wanted[(first + n) % len(wanted)][1] for n in range(3)]
        assert [bytes(each) for each in reader.read(first, 3)] == three


def test_a_large_one_is_not_read_to_be_opened(monkeypatch):
    small = LevelDbRecords(ORACLE / "leveldb_raw")
    monkeypatch.setattr(leveldb, "LARGE", 0)
    large = LevelDbRecords(ORACLE / "leveldb_raw")
    assert (type(small._index), type(large._index)) == (LiveIndex, Index)
    for first, count in [(0, 10), (7, 9), (3, 1)]:
        each = [map(bytes, records.reader().read(first, count)) for records in (small, large)]
        assert [*each[0]] == [*each[1]]
    assert list(islice(large.keys(8), 4)) == list(islice(small.keys(8), 4))


def test_a_large_one_with_changed_records_is_refused(tmp_path, monkeypatch, refusal):
    plyvel = pytest.importorskip("plyvel", reason="LevelDB is not installed")
    database = plyvel.DB(str(tmp_path / "db"), create_if_missing=True)
    database.put(b"a", b"1")
    database.put(b"a", b"2")
    database.close()
    assert LevelDbRecords(tmp_path / "db").count == 1
    monkeypatch.setattr(leveldb, "LARGE", -1)
    reader = LevelDbRecords(tmp_path / "db").reader()
    assert "written twice or deleted; let LevelDB compact it" in refusal(reader.read, 0, 2)


def test_what_is_no_leveldb(tmp_path, refusal):
    assert refusal(LevelDbRecords, tmp_path).endswith("not a LevelDB: it holds no file CURRENT")
    (tmp_path / "CURRENT").write_bytes(b"")
    assert "CURRENT names ''" in refusal(LevelDbRecords, tmp_path)
    (tmp_path / "CURRENT").write_text("MANIFEST-000001\n")
    assert "which is not there" in refusal(LevelDbRecords, tmp_path)
    (tmp_path / "MANIFEST-000001").write_bytes(b"")
    assert refusal(LevelDbRecords, tmp_path).endswith("holds no records")


def test_another_process_writes_it(tmp_path, refusal):
    plyvel = pytest.importorskip("plyvel", reason="LevelDB is not installed")
    path = tmp_path / "db"
    child = os.fork()
    if not child:
        database = plyvel.DB(str(path), create_if_missing=True)
        database.put(b"a", b"1")
        (tmp_path / "ready").touch()
        while not (tmp_path / "done").exists():
            pass
        os._exit(0)
    try:
        while not (tmp_path / "ready").exists():
            pass
        assert refusal(LevelDbRecords, path).endswith("is being written by another process")
    finally:
        (tmp_path / "done").touch()
        os.waitpid(child, 0)
    assert LevelDbRecords(path).count == 1


def test_damaged_and_cut_ones_are_one_line(tmp_path):
    draw = random.Random(0)
    for number in range(60):
        path = tmp_path / str(number)
        shutil.copytree(ORACLE / "leveldb_raw", path)
        file = draw.choice(sorted(path.iterdir()))
        data = bytearray(file.read_bytes())
        if not data:
            continue
        place = draw.randrange(len(data))
        if number % 3:
            data[place] ^= 1 << draw.randrange(8)
        else:
            del data[place:]
        file.write_bytes(data)
        try:
            LevelDbRecords(path).reader().read(0, 10)
        except leveldb.OwltfError as error:
            assert len(str(error).splitlines()) == 1


def test_a_table_that_is_gone(tmp_path, refusal):
    shutil.copytree(ORACLE / "leveldb_raw", tmp_path / "db")
    (tmp_path / "db" / "000005.ldb").unlink()
    assert refusal(LevelDbRecords, tmp_path / "db").endswith("its table 000005.ldb is missing")
