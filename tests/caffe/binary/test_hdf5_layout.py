"""What an HDF5 file holds, found by a process that may crash."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from owltf.caffe.binary import hdf5_layout
from owltf.caffe.binary.hdf5_layout import is_hdf5, read_layout, read_layouts
from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema

FAULTS = Path(__file__).parents[2] / "fuzz" / "faults"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "a.h5", "w", userblock_size=512) as file:
        file["data/a/0"] = np.ones((2, 3), "<f4")
        file["text"] = "words"
    return tmp_path / "a.h5"


def test_what_it_holds(path: Path) -> None:
    layout = read_layout(path)
    kinds = {"data": "group", "data/a": "group", "data/a/0": "dataset", "text": "dataset"}
    assert layout.kinds == kinds
    assert layout.inside[""] == ["data", "text"]
    stored = layout.datasets["data/a/0"]
    assert (stored.shape, stored.dtype, stored.layout) == ((2, 3), np.float32, "contiguous")
    assert stored.size == stored.stored == 24
    assert layout.datasets["text"].text == "words"
    numbers = path.read_bytes()[stored.offset : stored.file_end]
    assert numbers == np.ones(6, "<f4").tobytes()


def test_a_file_that_makes_libhdf5_crash(tmp_path: Path, refusal: Callable[..., str]) -> None:
    shutil.copy(FAULTS / "segfault.caffemodel.h5", tmp_path / "a.h5")
    # Whether it crashes or gives nonsense depends on what lies in memory.
    assert refusal(read_weights, tmp_path / "a.h5", load_schema()).startswith(f"{tmp_path}/a.h5: ")


def test_a_child_that_dies_names_its_file(
    path: Path, tmp_path: Path, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = shutil.copy(path, tmp_path / "b.h5")
    child = tmp_path / "child.py"
    dies = "import os\nprint('{\"entries\": []}', flush=True)\nos.kill(os.getpid(), 11)\n"
    child.write_text(dies)
    monkeypatch.setattr(hdf5_layout, "_CHILD", child)
    line = refusal(read_layouts, [path, Path(other)])
    assert line == f"{other}: truncated or corrupt: libhdf5 crashes on it (SIGSEGV)"


def test_a_child_that_hangs(
    path: Path, tmp_path: Path, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(hdf5_layout, "_CHILD", child)
    monkeypatch.setattr(hdf5_layout, "SECONDS", 0.2)
    assert "libhdf5 was not done after 0.2 s" in refusal(read_layout, path)


def test_numbers_behind_the_end(path: Path, refusal: Callable[..., str]) -> None:
    size = path.stat().st_size
    stored = read_layout(path).datasets["data/a/0"]
    assert stored.problem(size) is None
    assert "is cut short" in str(stored.problem(stored.file_end - 1))
    path.write_bytes(path.read_bytes()[:-1])
    assert "truncated" in refusal(read_layout, path)


def test_a_file_shorter_than_it_says(tmp_path: Path, refusal: Callable[..., str]) -> None:
    for version in ("earliest", "latest"):
        with h5py.File(tmp_path / "a.h5", "w", libver=version) as file:
            file["a"] = np.ones(100)
        whole = (tmp_path / "a.h5").read_bytes()
        assert "a" in read_layout(tmp_path / "a.h5").kinds
        (tmp_path / "a.h5").write_bytes(whole[:-1])
        line = refusal(read_layout, tmp_path / "a.h5")
        assert line.endswith(f"truncated file: {len(whole) - 1:,} bytes of {len(whole):,}")


def test_a_file_that_changes_is_read_again(path: Path) -> None:
    assert "text" in read_layout(path).kinds
    with h5py.File(path, "a") as file:
        del file["text"]
    os.utime(path, ns=(1, 1))
    assert "text" not in read_layout(path).kinds


@pytest.mark.parametrize("shape", [(8,), (2, 2, 2), ()])
def test_chunks_of_other_axes(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", data=np.zeros((4, 2), "f4"), chunks=(2, 2))
    stored = read_layout(tmp_path / "a.h5").dataset("a")
    assert stored.problem(1 << 20) is None
    assert replace(stored, shape=shape).problem(1 << 20) == (
        f"is corrupt: it has {len(shape)} axes, and chunks of 2"
    )


def test_no_ordinary_file(tmp_path: Path, refusal: Callable[..., str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, kind in ((tmp_path / "pipe", "a pipe (FIFO)"), (tmp_path, "a folder")):
        assert not is_hdf5(path)
        assert f"{kind}, where a file is needed" in refusal(read_layout, path)
    assert "no such file" in refusal(read_layout, tmp_path / "none")
