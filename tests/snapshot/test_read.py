"""A snapshot is read with what lies beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from solver_case import Case

from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.snapshot.read import read_snapshot


def test_weights_that_are_missing_are_named(small: Case) -> None:
    small.run()
    (small.folder / "snap_iter_6.caffemodel").unlink()
    with pytest.raises(OwltfError, match=r"snap_iter_6\.solverstate belongs to weights"):
        read_snapshot(small.folder / "snap_iter_6.solverstate", load_schema())


def test_a_snapshot_moves_with_its_folder(small: Case, tmp_path: Path) -> None:
    small.run()
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in small.folder.glob("snap_iter_6.*"):
        path.rename(moved / path.name)
    restored = read_snapshot(moved / "snap_iter_6.solverstate", load_schema())
    assert restored.weights == moved / "snap_iter_6.caffemodel"
    assert restored.run is not None
    assert restored.run.train == {"data": 48}
