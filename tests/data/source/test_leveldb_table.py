from __future__ import annotations

import os
import random
from pathlib import Path

import cramjam
import pytest

from owltf.data.source.leveldb_log import BrokenLevelDbError
from owltf.data.source.leveldb_table import Table, entries
from owltf.data.target.leveldb_table import TableWriter, internal_key

TABLE = Path(__file__).parents[1] / "oracle" / "leveldb_raw" / "000005.ldb"


def test_records_of_a_table():
    table = Table(TABLE)
    found = [each for block in range(table.block_count) for each in table.entries(block)[1]]
    assert [each.key for each in found][:2] == [b"00000000_00.png", b"00000001_01.jpg"]
    assert all(each.is_value for each in found)
    assert table.ends() == (found[0].key, found[-1].key)
    assert table.counts.tolist() == [len(table.entries(n)[1]) for n in range(table.block_count)]


@pytest.mark.parametrize("filler", [b"", b"alike" * 200], ids=["plain", "compressed"])
def test_blocks_together_are_those_read_alone(filler, tmp_path):
    draw = random.Random(0)
    writer = TableWriter(tmp_path / "table")
    for number in range(600):
        value = draw.randbytes(400) + filler * (number < 400)
        writer.add(internal_key(b"%08d" % number, number), value)
    writer.finish()
    table = Table(tmp_path / "table")
    assert table.block_count > 3
    for first, stop in [(0, table.block_count), (1, 3), (2, 3)]:
        data, edges = table.data(first, stop)
        for block, start, end in zip(range(first, stop), edges[:-1], edges[1:], strict=True):
            alone = table.block(block)
            assert data[start:end].tobytes()[: len(alone)] == bytes(alone)
    os.truncate(tmp_path / "table", 100)
    with pytest.raises(BrokenLevelDbError, match="cut short"):
        table.data(0, 2)


def test_a_small_block_that_claims_to_be_large(tmp_path):
    claim = b"\xff\xff\xff\xff\x0f" + bytes(cramjam.snappy.compress_raw(b"x" * 50))[1:]
    with pytest.raises(BrokenLevelDbError, match="cannot be unpacked"):
        Table(TABLE)._unpacked(memoryview(claim))


@pytest.mark.parametrize("size", [0, 10, 47, 48, 1000])
def test_what_is_no_table(size, tmp_path):
    path = tmp_path / "000005.ldb"
    path.write_bytes(TABLE.read_bytes()[:size])
    with pytest.raises(BrokenLevelDbError, match=r"000005.ldb"):
        Table(path)


@pytest.mark.parametrize("block", [b"", b"\x01\x00\x00\x00", b"\xff" * 20, bytes(3)])
def test_what_is_no_block(block):
    with pytest.raises((IndexError, BrokenLevelDbError)):
        list(entries(memoryview(block)))
