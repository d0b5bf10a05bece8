"""Datums in a database, as Caffe's extract_features writes them."""

from __future__ import annotations

from pathlib import Path

import lmdb
import numpy as np
import pytest
from owltf_extractor.files import write_rows
from owltf_extractor.formats.lmdb import LmdbWriter
from owltf_extractor.formats.writer import KEY, LABEL, Column
from owltf_extractor.outputs import plan_outputs
from read_back import keys_of
from some_rows import write

from owltf.api import OwltfError
from owltf.caffe.schema.schema import load_schema


def test_the_keys_of_extract_features(here: Path) -> None:
    write("out.lmdb", others=[])
    assert keys_of(Path("out.lmdb")) == [f"{number:010}" for number in range(10)]


def records(path: Path) -> list[tuple[bytes, object]]:
    """Return the keys and the Datums."""
    datum = load_schema().message("Datum")
    with lmdb.open(str(path), readonly=True, lock=False) as database, database.begin() as found:
        return [(bytes(key), datum.FromString(value)) for key, value in found.cursor()]


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [((), (1, 1, 1)), ((3,), (3, 1, 1)), ((3, 2), (3, 2, 1)), ((3, 2, 4), (3, 2, 4))],
)
def test_a_datum_has_channels_height_and_width(
    here: Path, shape: tuple[int, ...], sizes: tuple[int, int, int]
) -> None:
    values = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    writer = LmdbWriter(here / "out.lmdb", [Column(LABEL), Column("a", shape)], load_schema())
    writer.write({"a": values, LABEL: np.array([7, 8], np.float32)})
    writer.close(complete=True)
    for (_, datum), value, label in zip(records(here / "out.lmdb"), values, (7, 8), strict=True):
        assert (datum.channels, datum.height, datum.width, datum.label) == (*sizes, label)
        np.testing.assert_array_equal(datum.float_data, value.ravel())


def test_a_long_key_is_cut_after_its_number(here: Path) -> None:
    columns = [Column(KEY, is_text=True), Column("a", (1,))]
    writer = LmdbWriter(here / "out.lmdb", columns, load_schema())
    writer.write({"a": np.zeros((2, 1), np.float32), KEY: ["x" * 600, "b"]})
    writer.close(complete=True)
    first, second = (key for key, _ in records(here / "out.lmdb"))
    assert first == b"0000000000_" + b"x" * 500
    assert second == b"0000000001_b"


def test_what_a_datum_does_not_hold(here: Path) -> None:
    for columns, others, reason in (
        ([Column("a", (1, 2, 3, 4))], [], "a Datum holds C, H and W"),
        ([Column("a", (2,))], [Column(LABEL, (3,))], "a Datum holds one label"),
    ):
        with pytest.raises(OwltfError, match=reason):
            write_rows(plan_outputs("out.lmdb", columns, others), [], load_schema())
        assert not Path("out.lmdb").exists()
