from __future__ import annotations

import os

import h5py
import numpy as np
import pytest

from owltf.data.source.hdf5 import Hdf5Reader, Hdf5Rows, Piece, hdf5_datasets


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
    assert "b.h5: no such file" in refusal(reader.read, 3, [np.empty(1, np.float32)])


@pytest.mark.parametrize("chunks", [None, (2,)])
def test_a_file_cut_while_it_is_read(tmp_path, refusal, chunks):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=np.arange(1000.0), chunks=chunks)
    reader = Hdf5Reader(Hdf5Rows([path], ["x"]))
    output = np.empty(10, np.float32)
    reader.read(0, [output])
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 8 * 500)
    if chunks is None:
        reader.read(480, [output])
        np.testing.assert_array_equal(output, np.arange(480, 490))
        assert "rows 500 to 509 of 'x' end at byte" in refusal(reader.read, 500, [output])
    else:
        refusal(reader.read, 990, [output])


def test_numbers_that_lie_elsewhere(tmp_path, files, refusal):
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file["soft"] = h5py.SoftLink("/y")
        file["other"] = h5py.ExternalLink(str(files[0]), "/x")
        file["folder"] = h5py.ExternalLink(str(files[0]), "/")
        file.create_dataset("out", (3,), "f4", external=[(str(files[0]), 0, 12)])
        layout = h5py.VirtualLayout((3,), "i8")
        layout[:] = h5py.VirtualSource(str(files[0]), "x", (3,))
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("empty", (3,), "f4")
        file["y"] = [1, 2, 3]
    assert Hdf5Rows([tmp_path / "c.h5"], ["y"]).count == 3
    for name, said in {
        "soft": "soft is a soft link, which is not followed",
        "other": "other is a link to another file, which is not followed",
        "folder/x": "folder is a link to another file, which is not followed",
        "out": "external storage",
        "virtual": "virtual is a virtual dataset",
        "empty": "the file lacks its numbers",
    }.items():
        assert said in refusal(Hdf5Rows, [tmp_path / "c.h5"], [name])


def test_pipes_and_folders(tmp_path, refusal):
    os.mkfifo(tmp_path / "pipe")
    assert "pipe: a pipe (FIFO), where a file is needed" in refusal(
        Hdf5Rows, [tmp_path / "pipe"], ["x"]
    )
    assert "a folder, where a file is needed" in refusal(Hdf5Rows, [tmp_path], ["x"])


def test_the_names_of_datasets_with_rows(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["data"] = np.zeros((2, 3))
        file["label"] = [1, 2]
        file["one"] = 5.0
        file["text"] = "abc"
        file.create_group("group")
    assert sorted(hdf5_datasets(tmp_path / "a.h5")) == ["data", "label"]
