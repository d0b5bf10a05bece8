"""The program that reads HDF5 files in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

from owltf.caffe.binary import hdf5_child
from owltf.caffe.binary.hdf5_layout import _folders


def test_it_needs_nothing_of_owltf(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", data=np.arange(10), chunks=(3,))
        file["a again"] = file["a"]
        file["itself"] = file["/"]
    done = subprocess.run(
        [sys.executable, "-I", "-S", hdf5_child.__file__, json.dumps(_folders()), "layout"],
        input=json.dumps([str(tmp_path / "a.h5"), str(tmp_path / "none")]).encode(),
        capture_output=True,
        check=True,
    )
    first, second = map(json.loads, done.stdout.splitlines())
    found = {entry["path"]: entry for entry in first["entries"]}
    assert found["a"]["chunks"] == 4
    assert found["a again"]["shape"] == [10]
    assert found["itself"]["kind"] == "group that is in the file elsewhere"
    assert "No such file" in second["error"]
