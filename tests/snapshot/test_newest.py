"""The newest whole snapshot of a prefix; what is half written is passed over with a word."""

from __future__ import annotations

from pathlib import Path

from solver_case import Case

from owltf.caffe.schema.schema import load_schema
from owltf.snapshot.newest import newest_snapshot
from owltf.snapshot.prefix import Prefix


def newest(case: Case) -> tuple[str | None, list[str]]:
    restored, notes = newest_snapshot(Prefix(case.folder / "snap", 6), load_schema())
    return (restored.path.name if restored else None), notes


def test_what_is_not_whole_is_passed_over(small: Case) -> None:
    assert newest(small) == (
        None,
        [f"No complete snapshot of '{small.folder / 'snap'}' is there: the run starts anew"],
    )
    small.run()
    assert newest(small) == ("snap_iter_12.solverstate", [])
    # Another prefix's, and weights without a state.
    (small.folder / "snapper_iter_90.solverstate").touch()
    (small.folder / "snap_iter_80.caffemodel").touch()
    weights = small.folder / "snap_iter_12.caffemodel"
    weights.write_bytes(weights.read_bytes()[:-4])
    path, notes = newest(small)
    assert path == "snap_iter_6.solverstate"
    assert notes[0] == f"Passed over {small.folder / 'snap_iter_80'}: it has no solverstate"
    assert notes[1].startswith(
        f"Passed over snapshot {small.folder / 'snap_iter_12.solverstate'}: "
    )
    # Without a JSON, as Caffe writes it, the weights themselves must be whole.
    for path in (small.folder / "snap_iter_6.json", Path("snap_iter_12.json")):
        path.unlink()
    assert newest(small)[0] == "snap_iter_6.solverstate"
