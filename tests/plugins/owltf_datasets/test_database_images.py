"""All images of a database, the bad ones told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from owltf_datasets.database_images import database_images

from owltf.api import Datum, OwltfError, open_database, write_database

IMAGES = np.arange(48, dtype=np.uint8).reshape(4, 1, 3, 4)
BAD = {1: b"\x0a no Datum", 3: Datum(IMAGES[0][:, :2], 1).to_bytes().replace(b"\x10\2", b"\x10\3")}


@pytest.fixture
def records(here: Path) -> object:
    """Open a database of which two records are bad."""
    with write_database(Path("db"), "LMDB") as writer:
        for number, image in enumerate(IMAGES):
            good = Datum(image, number).to_bytes()
            writer.put([(b"%05d" % number, BAD.get(number, good))])
    return open_database(Path("db"))


def test_bad_records_are_told(records: object) -> None:
    errors: list[OwltfError] = []
    found = list(database_images(records, errors.append))
    assert [number for images in found for number in images.numbers.tolist()] == [0, 2]
    for images in found:
        np.testing.assert_array_equal(images.pixels, IMAGES[images.numbers])
        np.testing.assert_array_equal(images.labels, images.numbers)
    assert [str(each).partition(": ")[2] for each in errors] == [
        "record 1 (key '00001') is not a Datum",
        "record 3 (key '00003') holds 8 values where an image of 1x3x4 needs 12",
    ]


def test_a_bad_record_is_an_error(records: object) -> None:
    with pytest.raises(OwltfError, match="record 1 "):
        list(database_images(records))
