"""`.lmdb`: liblmdb reads it."""

from __future__ import annotations

from pathlib import Path

import lmdb
from some_rows import write


def test_liblmdb_reads_it(here: Path) -> None:
    write("out.lmdb")
    with lmdb.open("out.lmdb", readonly=True, lock=False) as database:
        assert database.stat()["entries"] == 10
