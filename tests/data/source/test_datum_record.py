from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from owltf.data.source.database import open_database
from owltf.data.source.datum_record import Datum

ORACLE = Path(__file__).parents[1] / "oracle"


@pytest.mark.parametrize("label", [None, 0, 5, 300, -1, 2**31 - 1])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_bytes_are_protobufs(dtype, label, make_datum):
    image = np.random.default_rng(0).integers(0, 256, (3, 4, 5)).astype(dtype)
    record = Datum(image, label).to_bytes()
    assert record == make_datum(image, label)
    back = Datum.parse(record)
    np.testing.assert_array_equal(back.image, image)
    assert back.label == label
    assert Datum(None, label, b"file").to_bytes() == make_datum(b"file", label)
    assert Datum.parse(make_datum(b"file", label)) == Datum(None, label, b"file", True)


@pytest.mark.parametrize("name", ["lmdb_raw", "lmdb_gray", "lmdb_encoded", "leveldb_raw"])
def test_the_bytes_are_those_of_convert_imageset(name):
    records = open_database(ORACLE / name)
    for record in islice(records.reader().read(0, records.count), 10):
        datum = Datum.parse(record)
        again = Datum(datum.image, datum.label, datum.contents, encoded=datum.encoded or False)
        assert again.to_bytes() == bytes(record)


@pytest.mark.parametrize(("record", "said"), [(b"x", "not a Datum"), (b"", "holds 0 values")])
def test_what_is_none(record, said):
    with pytest.raises(ValueError, match=said):
        Datum.parse(record)
