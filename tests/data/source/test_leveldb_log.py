from __future__ import annotations

import struct
from pathlib import Path

import pytest

from owltf.data.source.leveldb_log import (
    BrokenLevelDbError,
    log_records,
    read_batch,
    read_manifest,
    read_varint,
)

ORACLE = Path(__file__).parents[1] / "oracle" / "leveldb_raw"


def chunk(kind, data):
    return struct.pack("<IHB", 0, len(data), kind) + data


def test_records_over_several_blocks():
    first, middle, last = b"a" * (32768 - 7), b"b" * (32768 - 7), b"c" * 10
    data = chunk(2, first) + chunk(3, middle) + chunk(4, last) + chunk(1, b"one")
    assert list(log_records(data)) == [first + middle + last, b"one"]
    assert list(log_records(data[:-1])) == [first + middle + last]
    assert list(log_records(chunk(1, b"x") + bytes(100))) == [b"x"]


def test_changes():
    batch = struct.pack("<QI", 7, 2) + b"\x01\x01k\x02vv" + b"\x00\x01d"
    assert list(read_batch(batch)) == [(b"k", 7, b"vv"), (b"d", 8, None)]
    for broken in (batch[:-1], batch[:5], batch.replace(b"\x00\x01d", b"\x09\x01d")):
        with pytest.raises(BrokenLevelDbError):
            list(read_batch(broken))


def test_the_manifest_of_a_database():
    manifest = read_manifest((ORACLE / "MANIFEST-000004").read_bytes())
    assert (manifest.tables, manifest.log) == ({5}, 6)
    with pytest.raises(BrokenLevelDbError, match="unknown field 77"):
        read_manifest(chunk(1, b"\x4d\x01"))
    with pytest.raises(BrokenLevelDbError, match="an order of its own"):
        read_manifest(chunk(1, b"\x01\x02ab"))


def test_integers():
    assert read_varint(b"\xac\x02rest", 0) == (300, 2)
    with pytest.raises(BrokenLevelDbError, match="has no end"):
        read_varint(b"\xff" * 20, 0)
