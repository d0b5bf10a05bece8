"""A written table, read back."""

from __future__ import annotations

from pathlib import Path

from owltf.data.source.leveldb_table import Table
from owltf.data.target.leveldb_table import TableWriter, internal_key


def test_a_table_is_read_back(tmp_path: Path) -> None:
    writer = TableWriter(tmp_path / "a.ldb")
    records = [(b"%05d" % number, bytes([number % 256]) * 500) for number in range(100)]
    for number, (key, value) in enumerate(records):
        writer.add(internal_key(key, number + 1), value)
    writer.finish()
    table = Table(tmp_path / "a.ldb")
    assert table.ends() == (b"00000", b"00099")
    assert (tmp_path / "a.ldb").stat().st_size == writer.size
    found = []
    for block in range(table.block_count):
        data, entries = table.entries(block)
        found += [(each.key, bytes(data[each.start : each.stop])) for each in entries]
        assert all(each.is_value for each in entries)
    assert found == records
