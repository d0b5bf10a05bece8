"""`.leveldb`: the same Datums as `.lmdb`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from some_rows import write

from owltf.api import Datum, open_database


def test_the_rows_are_datums(here: Path) -> None:
    values = write("out.leveldb", others=[])
    records = open_database(Path("out.leveldb"), "LEVELDB")
    found = [Datum.parse(each).image for each in records.reader().read(0, records.count)]
    assert records.key(9) == "0000000009"
    np.testing.assert_array_equal(np.reshape(found, values.shape), values)
