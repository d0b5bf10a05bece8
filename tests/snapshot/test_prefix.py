"""Where snapshots go, and which there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.files.temporary_name import temporary_prefix
from owltf.snapshot.prefix import Prefix


def prefix(folder: Path, name: str = "snap", interval: int = 10) -> Prefix:
    return Prefix(folder / name, interval)


def test_files_of_an_iteration(tmp_path: Path) -> None:
    names = [path.name for path in prefix(tmp_path).files(20)]
    assert names == ["snap_iter_20.caffemodel", "snap_iter_20.solverstate", "snap_iter_20.json"]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    parameter = load_schema().message("SolverParameter")(snapshot_prefix="no/such/snap")
    with pytest.raises(OwltfError, match="snapshot_prefix 'no/such/snap': its folder is missing"):
        Prefix.of(parameter, tmp_path)


def test_the_folder_is_looked_for_beside_the_solver(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    parameter = load_schema().message("SolverParameter")(snapshot_prefix="out/snap", snapshot=3)
    assert Prefix.of(parameter, tmp_path) == Prefix(tmp_path / "out" / "snap", 3)


def test_a_file_as_folder_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OwltfError, match="cannot write to"):
        prefix(tmp_path / "file").check_writable()


def test_index_lists_what_there_is(tmp_path: Path) -> None:
    for iteration in (10, 30, 35):
        (tmp_path / f"snap_iter_{iteration}.solverstate").touch()
    assert prefix(tmp_path).indexed(3).name == "snap_iter_30.solverstate"
    with pytest.raises(OwltfError, match=r"no snapshot 2 .*those that exist: 1, 3$"):
        prefix(tmp_path).indexed(2)


def test_index_finds_the_other_format_too(tmp_path: Path) -> None:
    (tmp_path / "snap_iter_10.solverstate.h5").touch()
    (tmp_path / "snap_iter_20.solverstate").touch()
    for suffix in ("", ".h5"):
        known = Prefix(tmp_path / "snap", 10, suffix)
        assert known.indexed(1).name == "snap_iter_10.solverstate.h5"
        assert known.indexed(2).name == "snap_iter_20.solverstate"


def test_index_needs_an_interval(tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match="sets no snapshot interval"):
        prefix(tmp_path, interval=0).indexed(1)
    with pytest.raises(OwltfError, match="there are none yet"):
        prefix(tmp_path).indexed(1)


def test_what_killed_runs_of_the_prefix_left_is_removed(tmp_path: Path) -> None:
    names = [
        *("snap_iter_10.solverstate", "snap_iter_20.caffemodel.h5", "snap_iter_3.json"),
        *("snap_iter_x.json", "snapshot_iter_3.json", "snap_iter_3.txt"),
    ]
    for name in names:
        (tmp_path / f"{temporary_prefix(name)}abc").touch()
    (tmp_path / "snap_iter_10.solverstate").touch()
    prefix(tmp_path).remove_left_over()
    left = {path.name.removeprefix(".").partition(".")[0] for path in tmp_path.iterdir()}
    assert left == {"snap_iter_x", "snapshot_iter_3", "snap_iter_3", "snap_iter_10"}
    assert len(list(tmp_path.iterdir())) == 4
