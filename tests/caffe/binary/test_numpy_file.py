"""NumPy's files: read as NumPy reads them, or refused in one line."""

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from owltf.caffe.binary.numpy_file import read_npy, read_npz
from owltf.errors import OwltfError

ARRAYS = {
    "a": np.arange(6, dtype="<f4").reshape(2, 3),
    "b/c": np.asfortranarray(np.arange(6).reshape(3, 2)),
    "d": np.float64(3),
    "e": np.zeros((0, 4), ">f8"),
}


def test_what_numpy_wrote(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **ARRAYS)
    found = read_npz(tmp_path / "a.npz")
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        np.save(tmp_path / "a.npy", array)
        np.testing.assert_array_equal(read_npy(tmp_path / "a.npy"), array)


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "EOF"),
        (header("{"), "array"),
        (header("{{{{"), "EOF in multi-line statement)"),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1000000, 1000000)}"),
            "needs",
        ),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -4)}"), "needs"),
        (header("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}") + bytes(8), "numbers"),
        (header("{'descr': '<U5', 'fortran_order': False, 'shape': (1,)}") + bytes(20), "numbers"),
    ],
)
def test_broken_arrays(
    tmp_path: Path, refusal: Callable[..., str], content: bytes, said: str
) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    line = refusal(read_npy, tmp_path / "a.npy")
    assert line.startswith(f"{tmp_path}/a.npy: not an array that NumPy can read (")
    assert said in line


def test_packed_arrays(tmp_path: Path, refusal: Callable[..., str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("a.npy", bytes(100_000))
    assert "its arrays are packed" in refusal(read_npz, tmp_path / "a.npz")


def test_damage(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **ARRAYS)
    whole = (tmp_path / "a.npz").read_bytes()
    draw = random.Random(0)
    for _ in range(400):
        data = bytearray(whole[: draw.choice([len(whole), draw.randrange(len(whole))])])
        for _ in range(draw.randrange(1, 4)):
            if data:
                data[draw.randrange(len(data))] = draw.randrange(256)
        (tmp_path / "a.npz").write_bytes(data)
        try:
            read_npz(tmp_path / "a.npz")
        except OwltfError as error:
            assert len(str(error).splitlines()) == 1
