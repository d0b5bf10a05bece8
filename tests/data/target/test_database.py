"""Databases are whole or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.data.source.database import open_database
from owltf.data.target.database import write_database
from owltf.errors import OwltfError


@pytest.mark.parametrize("backend", ["LMDB", "LEVELDB"])
def test_a_database_is_whole_or_absent(tmp_path: Path, backend: str) -> None:
    path = tmp_path / "out"
    with (
        pytest.raises(OwltfError, match="keys must ascend"),
        write_database(path, backend) as writer,
    ):
        writer.put([(b"b", b"1")])
        writer.put([(b"a", b"2")])
    assert not list(tmp_path.iterdir())
    for value in (b"1", b"2"):
        with write_database(path, backend) as writer:
            writer.put([(b"a", value)])
        assert bytes(open_database(path, backend).reader().read(0, 1)[0]) == value
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
