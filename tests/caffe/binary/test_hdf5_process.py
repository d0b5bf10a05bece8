"""Rows read by a process of their own, which may crash."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from owltf.caffe.binary import hdf5_process
from owltf.caffe.binary.hdf5_process import Hdf5Process
from owltf.errors import OwltfError

ROWS = np.arange(60, dtype=np.float32).reshape(10, 3, 2)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("h5") / "rows.h5"
    with h5py.File(path, "w") as made:
        made.create_dataset("a/b", data=ROWS.astype(">f8"), chunks=(4, 3, 2), compression="gzip")
        made["none"] = np.ones((0, 3), "f4")
    return path


def rows(process: Hdf5Process, file: Path, start: int, stop: int) -> np.ndarray:
    output = np.empty((stop - start, 3, 2), np.float32)
    process.read(file, "a/b", start, stop, output)
    return output


def test_rows_are_float32_in_any_order(file: Path) -> None:
    process = Hdf5Process()
    for start, stop in ((3, 9), (0, 1), (0, 10)):
        np.testing.assert_array_equal(rows(process, file, start, stop), ROWS[start:stop])
    process.read(file, "none", 0, 0, np.empty((0, 3), np.float32))


def test_an_error_names_the_file_and_the_process_goes_on(file: Path) -> None:
    process = Hdf5Process()
    with pytest.raises(OwltfError, match=r"rows.h5: "):
        process.read(file, "no", 0, 1, np.empty((1, 2), np.float32))
    with pytest.raises(OwltfError, match="a/b has changed while it was read"):
        process.read(file, "a/b", 0, 1, np.empty((1, 2), np.float32))
    np.testing.assert_array_equal(rows(process, file, 0, 2), ROWS[:2])


AT_EXIT = """
import atexit, sys
from pathlib import Path
def read():
    import numpy
    output = numpy.empty((2, 3, 2), "f4")
    process.read(Path(sys.argv[1]), "a/b", 0, 2, output)
    print(output.sum())
# What is registered first runs last.
atexit.register(read)
from owltf.caffe.binary.hdf5_process import Hdf5Process
process = Hdf5Process()
read()
"""


def test_it_reads_until_readers_are_stopped_at_exit(file: Path) -> None:
    done = subprocess.run([sys.executable, "-c", AT_EXIT, file], capture_output=True, text=True)
    assert done.stdout.split() == 2 * [str(ROWS[:2].sum())], done.stderr


def killed(process: Any) -> None:
    os.kill(process.pid, signal.SIGSEGV)
    process.wait()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (killed, r"libhdf5 crashes on it \(SIGSEGV\)"),
        (lambda process: os.kill(process.pid, signal.SIGSTOP), "libhdf5 was not done after 0 s"),
    ],
)
def test_a_crash_or_a_hang_is_an_error(
    harm: Callable[[Any], None], reason: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Hdf5Process()
    rows(process, file, 0, 1)
    harm(process._process)
    monkeypatch.setattr(hdf5_process, "SECONDS", 0)
    with pytest.raises(OwltfError, match=f"rows.h5: .*corrupt: {reason}"):
        rows(process, file, 0, 1)


def test_it_ends_with_its_reader_and_hears_no_signal_of_ours(file: Path) -> None:
    process = Hdf5Process()
    rows(process, file, 0, 1)
    child = process._process
    assert os.getpgid(child.pid) != os.getpgid(0)
    del process
    gc.collect()
    assert child.poll() == -signal.SIGKILL
