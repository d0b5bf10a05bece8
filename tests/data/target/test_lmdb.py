"""A written LMDB, read by liblmdb."""

from __future__ import annotations

from pathlib import Path

import lmdb
import pytest

from owltf.data.target.lmdb import LmdbWriter


def test_a_database_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("owltf.data.target.lmdb._FIRST_SIZE", 1 << 14)
    records = [(b"%06d" % number, bytes([number % 256]) * 3000) for number in range(200)]
    writer = LmdbWriter(tmp_path / "out")
    for first in range(0, 200, 50):
        writer.put(records[first : first + 50])
    writer.close()
    with lmdb.open(str(tmp_path / "out"), readonly=True, lock=False) as found:
        assert [(bytes(key), bytes(value)) for key, value in found.begin().cursor()] == records


def test_a_long_key_is_an_error_of_the_system(tmp_path: Path) -> None:
    writer = LmdbWriter(tmp_path / "out")
    with pytest.raises(OSError, match="BAD_VALSIZE"):
        writer.put([(b"a" * 512, b"")])
    writer.close(complete=False)
