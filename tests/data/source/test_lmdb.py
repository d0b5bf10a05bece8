from __future__ import annotations

import os

import lmdb
import pytest

from owltf.data.source.lmdb import LmdbRecords


@pytest.fixture
def opened(write_lmdb):
    return LmdbRecords(write_lmdb(f"record {n}".encode() for n in range(10)))


def read(reader, number, count):
    return [int(bytes(record).split()[1]) for record in reader.read(number, count)]


def test_records(opened):
    assert opened.count == 10
    assert opened.key(13) == "00000003"
    assert opened.name.startswith("LMDB ")


def test_reading_on_wrapping_and_moving(opened):
    reader = opened.reader()
    assert read(reader, 0, 4) == [0, 1, 2, 3]
    assert read(reader, 4, 8) == [4, 5, 6, 7, 8, 9, 0, 1]
    assert read(reader, 12, 2) == [2, 3]
    assert read(reader, 9, 1) == [9]
    assert read(reader, 10, 1) == [0]
    assert read(reader, 1005, 25) == [n % 10 for n in range(5, 30)]


def test_two_readers_do_not_disturb_each_other(opened):
    first, second = opened.reader(), opened.reader()
    assert read(first, 0, 2) == read(second, 0, 2)
    assert read(first, 2, 2) == read(second, 2, 2) == [2, 3]


def test_one_database_opened_twice(opened, tmp_path, write_lmdb):
    again = LmdbRecords(tmp_path / "db")
    assert read(again.reader(), 0, 1) == [0]
    del again
    assert read(opened.reader(), 0, 1) == [0]


def test_the_file_itself(opened, tmp_path):
    path = tmp_path / "copy.mdb"
    path.write_bytes((tmp_path / "db" / "data.mdb").read_bytes())
    assert read(LmdbRecords(path).reader(), 3, 1) == [3]


def test_not_an_lmdb(tmp_path, refusal):
    assert refusal(LmdbRecords, tmp_path).endswith("is not an LMDB: it holds no data.mdb")
    (tmp_path / "CURRENT").touch()
    assert refusal(LmdbRecords, tmp_path).endswith(
        "is not an LMDB: it is a LevelDB; write backend: LEVELDB in data_param"
    )
    (tmp_path / "data.mdb").write_bytes(b"x" * 9000)
    assert refusal(LmdbRecords, tmp_path).endswith("is not an LMDB, or it is broken")
    (tmp_path / "data.mdb").write_bytes(b"")
    assert refusal(LmdbRecords, tmp_path).endswith("is not an LMDB, or it is broken")
    (tmp_path / "data.mdb").unlink()
    os.mkfifo(tmp_path / "data.mdb")
    assert refusal(LmdbRecords, tmp_path).endswith("a pipe (FIFO), where a file is needed")


def test_an_empty_one(tmp_path, refusal):
    lmdb.open(str(tmp_path / "empty")).close()
    assert refusal(LmdbRecords, tmp_path / "empty").endswith("empty holds no records")


def test_one_cut_short(write_lmdb, refusal):
    path = write_lmdb(b"x" * 3000 for _ in range(100))
    file = path / "data.mdb"
    file.write_bytes(file.read_bytes()[:40_000])
    assert "is cut short: 40,000 bytes of at least " in refusal(LmdbRecords, path)


def test_keys_go_round(opened):
    every = [opened.key(number) for number in range(opened.count)]
    keys = opened.keys(opened.count - 1)
    assert [next(keys) for _ in range(opened.count + 1)] == [every[-1], *every]


def test_one_cut_while_it_is_read(write_lmdb, refusal):
    path = write_lmdb(b"x" * 3000 for _ in range(100))
    reader = LmdbRecords(path).reader()
    reader.read(0, 5)
    os.truncate(path / "data.mdb", 40_000)
    line = refusal(reader.read, 5, 90)
    assert f"LMDB {path} is broken or cut short: page " in line
    assert line.endswith("the file at 40,000")
    refusal(reader.read, 5, 90)


def test_several_values_of_a_key(tmp_path, write_lmdb, refusal):
    with lmdb.open(str(tmp_path / "dbs"), max_dbs=2) as environment:
        environment.open_db(b"inner", create=True)
    assert "holds several databases" in refusal(LmdbRecords(tmp_path / "dbs").reader().read, 0, 1)
    path = write_lmdb([b"a"])
    data = bytearray((path / "data.mdb").read_bytes())
    for page in (0, 4096):
        # The flags of the main database, behind the page's header and the free list's numbers.
        data[page + 16 + 24 + 48 + 4] |= 4
    (path / "data.mdb").write_bytes(data)
    assert "holds several values of a key" in refusal(LmdbRecords, path)


def test_large_records_keep_their_memory_until_the_next_call(write_lmdb):
    whole = [bytes([number]) * 50_000 for number in range(10)]
    reader = LmdbRecords(write_lmdb(whole)).reader()
    for first in (0, 4, 8, 2):
        found = reader.read(first, 4)
        assert [bytes(each) for each in found] == [whole[(first + n) % 10] for n in range(4)]


def test_one_that_is_written_while_it_is_read(write_lmdb, refusal):
    path = write_lmdb([b"a", b"b", b"c"])
    reader = LmdbRecords(path).reader()
    assert bytes(reader.read(0, 1)[0]) == b"a"
    with lmdb.open(str(path)) as environment, environment.begin(write=True) as transaction:
        transaction.put(b"x", b"y")
    assert "another process is writing it" in refusal(reader.read, 1, 1)


def test_small_and_large_records_by_turns(write_lmdb):
    whole = [bytes([n]) * (50_000 if n % 3 else 10 * n) for n in range(40)]
    reader = LmdbRecords(write_lmdb(whole)).reader()
    for first, count in [(0, 7), (7, 50), (3, 1)]:
        wanted = [whole[(first + n) % 40] for n in range(count)]
        assert [bytes(each) for each in reader.read(first, count)] == wanted
