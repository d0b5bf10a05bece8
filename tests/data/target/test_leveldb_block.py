"""Blocks, by the reader's own functions and known checksums."""

from __future__ import annotations

import pytest

from owltf.data.source.leveldb_log import read_varint
from owltf.data.source.leveldb_table import entries
from owltf.data.target.leveldb_block import Block, masked_checksum, packed, varint


@pytest.mark.parametrize("between", [1, 3, 16])
def test_a_block_is_read_back(between: int) -> None:
    block = Block(between)
    records = [(b"key%04d" % number + bytes(8), b"v" * number) for number in range(40)]
    for key, value in records:
        block.add(key, value)
    data = memoryview(block.to_bytes())
    found = [(each.key + bytes(8), bytes(data[each.start : each.stop])) for each in entries(data)]
    assert found == records
    assert len(block) < len(data)


def test_the_checksum_of_a_known_text() -> None:
    # 0xE3069283 is the CRC-32C of these digits; the rest is LevelDB's mask.
    crc = 0xE3069283
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert masked_checksum(b"123456789") == masked


def test_compressed_if_an_eighth_is_won() -> None:
    assert packed(b"a" * 1000)[-5] == 1
    assert packed(bytes(range(256)))[-5] == 0


@pytest.mark.parametrize("value", [0, 127, 128, 300, 1 << 40])
def test_integers(value: int) -> None:
    assert read_varint(varint(value), 0) == (value, len(varint(value)))
