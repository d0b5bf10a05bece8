"""A snapshot is read with what lies beside it."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from solver_case import SOLVER, Case

from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.snapshot.read import Restored, read_snapshot

PARTS = ("snap_iter_6.caffemodel", "snap_iter_6.solverstate", "snap_iter_6.json")


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


def resume(case: Case) -> Restored:
    return read_snapshot(case.folder / "snap_iter_6.solverstate", load_schema())


def run_with_seed(case: Case, seed: int) -> dict[str, bytes]:
    """Run a solver, and return the files of its first snapshot."""
    case.add("solver.prototxt", SOLVER.replace("random_seed: 7", f"random_seed: {seed}"))
    case.run()
    return {path.name: path.read_bytes() for path in case.folder.glob("snap_iter_6.*")}


@pytest.mark.parametrize(
    "names", [subset for count in (1, 2) for subset in combinations(PARTS, count)]
)
def test_a_mixture_of_two_runs_is_refused(small: Case, names: tuple[str, ...]) -> None:
    """Whichever files are the older run's, one of them is named."""
    older = run_with_seed(small, 8)
    run_with_seed(small, 7)
    assert resume(small).run
    for name in names:
        (small.folder / name).write_bytes(older[name])
    with pytest.raises(OwltfError, match=r"snap_iter_6\.\w+ was not written together with snap_"):
        resume(small)


class KilledAtRename:
    """Stands in for `Path.replace`: ends a run before the file of a number gets its name."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder, self.left, self.replace = folder, number, Path.replace

    def __call__(self, path: Path, target: Path) -> Path:
        if target.parent.resolve() == self.folder:
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
        return self.replace(path, target)


def test_a_run_killed_between_two_renames_leaves_one_snapshot_or_none(
    small: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over an older run's prefix; at each rename."""
    older, newer = run_with_seed(small, 8), run_with_seed(small, 7)
    for renames in range(len(newer) + 1):
        for name, content in older.items():
            (small.folder / name).write_bytes(content)
        killed = KilledAtRename(small.folder, renames)
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(Path, "replace", lambda *paths, killed=killed: killed(*paths))
            small.run()
        there = {path.name: path.read_bytes() for path in small.folder.glob("snap_iter_6.*")}
        assert sum(there[name] == newer[name] for name in newer) == renames
        if there in (older, newer):
            assert resume(small).run
        else:
            with pytest.raises(OwltfError, match="was not written together"):
                resume(small)


def test_a_changed_bit_is_refused(small: Case) -> None:
    small.run()
    path = small.folder / "snap_iter_6.caffemodel"
    content = bytearray(path.read_bytes())
    # In the midst of the last layer's numbers.
    content[-800] ^= 1
    path.write_bytes(content)
    with pytest.raises(OwltfError, match=r"snap_iter_6\.caffemodel was not written together"):
        resume(small)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"iteration": 12}, r"snap_iter_6\.json is of iteration 12, .*solverstate.* iteration 6"),
        ({"train": {"data": -8}}, "not a state that owltf wrote .*record from 0"),
        ({"parts": {}}, r"snap_iter_6\.solverstate was not written together with snap_iter_6.json"),
    ],
)
def test_a_json_of_another_snapshot_is_refused(
    small: Case, change: dict[str, Any], message: str
) -> None:
    small.run()
    path = small.folder / "snap_iter_6.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(OwltfError, match=message):
        resume(small)


def test_the_other_format_over_the_same_prefix_is_told(small: Case) -> None:
    small.run()
    small.add("solver.prototxt", SOLVER + " snapshot_format: HDF5")
    small.run()
    assert read_snapshot(small.folder / "snap_iter_6.solverstate.h5", load_schema()).run
    with pytest.raises(OwltfError, match=r"snap_iter_6\.solverstate was not written together"):
        resume(small)
