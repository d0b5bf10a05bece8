from __future__ import annotations

import h5py
import numpy as np
import pytest

from owltf.data.source.hdf5 import Hdf5Reader, Hdf5Rows, Piece, open_file


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / "a.h5", tmp_path / "b.h5"]
    for path, start, count in zip(paths, (0, 3), (3, 2), strict=True):
        with h5py.File(path, "w") as file:
            file["x"] = np.arange(start, start + count)
    return paths


def test_pieces(files):
    rows = Hdf5Rows(files, ["x"])
    first, second = files
    assert rows.count == 5
    assert rows.shapes == [()]
    assert list(rows.pieces(4, 3)) == [Piece(second, 1, 2, 0), Piece(first, 0, 2, 1)]
    assert [piece.at for piece in rows.pieces(10, 10)] == [0, 3, 5, 8]


def test_reader(files):
    reader = Hdf5Reader(Hdf5Rows(files, ["x"]))
    for number in (0, 4, 13):
        output = np.empty(12, np.float32)
        reader.read(number, [output])
        np.testing.assert_array_equal(output, np.arange(number, number + 12) % 5)


def test_a_file_that_vanishes(files, refusal):
    reader = Hdf5Reader(Hdf5Rows(files, ["x"]))
    files[1].unlink()
    assert "b.h5 is not an HDF5 file" in refusal(reader.read, 3, [np.empty(1, np.float32)])
    assert "b.h5 is not an HDF5 file" in refusal(open_file, files[1])
