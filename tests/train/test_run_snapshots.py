"""RunSnapshots: what stands, and the line that goes on from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from solver_case import Case

from owltf.train.recurrent_states import RecurrentStates
from owltf.train.run_snapshots import RunSnapshots


def test_the_last_snapshot_is_told(small: Case) -> None:
    start = small.start(again=("--allow-nan",), reinit_mismatched=True)
    snapshots = RunSnapshots(start, RecurrentStates(start.nets, start.devices))
    assert snapshots.stands() == "nothing is saved"
    assert snapshots.how_to_resume(0).endswith("; nothing was written")
    paths = snapshots.save(replace(start.state, iteration=3))
    assert paths == (Path("snap_iter_3.caffemodel"), Path("snap_iter_3.solverstate"))
    assert all(path.exists() for path in paths)
    assert (snapshots.iteration, snapshots.last) == (3, paths[1])
    assert snapshots.stands() == "the last snapshot, snap_iter_3.solverstate, stands"
    assert snapshots.how_to_resume(3) == (
        f"Stopped at iteration 3; resume with: owltf run {small.folder}/solver.prototxt "
        f"--allow-nan --resume snap_iter_3.solverstate"
    )
