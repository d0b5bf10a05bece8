"""HDF5 files on a disk without room."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from owltf.caffe.binary.hdf5_target import create_hdf5

WRITE = """
import resource, sys
from pathlib import Path
import numpy as np
from owltf.caffe.binary.hdf5 import write_weights_hdf5
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), -1))
layers = [(f"l{i}", [np.ones((10, 100), "f4")]) for i in range(60)]
try:
    write_weights_hdf5(Path(sys.argv[1]), layers)
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.parametrize("room", [0, 100, 2048, 50_000, 200_000])
def test_a_disk_without_room(tmp_path: Path, room: int) -> None:
    """A limit on a file's size has the effect of a full disk; the process goes on."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path / "a.h5"), str(room)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "File too large\n", "")


def test_a_whole_file(tmp_path: Path) -> None:
    with create_hdf5(tmp_path / "a.h5") as file:
        file["a/b"] = np.arange(5)
    with h5py.File(tmp_path / "a.h5") as file:
        np.testing.assert_array_equal(file["a/b"], np.arange(5))


def test_an_error_of_the_writer_s_own(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mine"), create_hdf5(tmp_path / "a.h5"):
        raise ValueError("mine")
