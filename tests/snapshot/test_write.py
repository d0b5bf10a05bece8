"""A snapshot that is written is one to go on from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from solver_case import ORACLE, SOLVER, Case, flat

from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.schema.schema import load_schema
from owltf.snapshot.read import read_snapshot


@pytest.mark.parametrize("format_", ["HDF5", "BINARYPROTO"])
def test_both_formats_resume(small: Case, format_: str) -> None:
    small.add("solver.prototxt", f"{SOLVER} snapshot_format: {format_}")
    whole, _ = small.run()
    suffix = ".h5" if format_ == "HDF5" else ""
    path = small.folder / f"snap_iter_6.solverstate{suffix}"
    resumed, _ = small.run(resume=path)
    np.testing.assert_array_equal(
        flat(resumed.nets.train.get_params()), flat(whole.nets.train.get_params())
    )


def caffes_steps(last: int, stepsize: int = 0, stepvalue: Sequence[int] = ()) -> int:
    """Return `current_step_` after an iteration, as Caffe's GetLearningRate counts it."""
    current = 0
    for iteration in range(last + 1):
        if stepsize:
            current = iteration // stepsize
        elif current < len(stepvalue) and iteration >= stepvalue[current]:
            current += 1
    return current


@pytest.mark.parametrize(
    ("policy", "fields"),
    [
        ("step", {"stepsize": 3}),
        ("multistep", {"stepvalue": (2, 3, 7)}),
    ],
)
def test_the_step_of_the_last_rate_is_kept(
    small: Case, policy: str, fields: dict[str, Any]
) -> None:
    """The iteration in which a step begins is told by the snapshot after it."""
    told = [f"{name}: {value}" for name, each in fields.items() for value in np.ravel(each)]
    text = SOLVER.replace('"fixed"', f'"{policy}" gamma: 0.5 {" ".join(told)}')
    text = text.replace("test_iter: 2 test_interval: 6 snapshot: 6", "snapshot: 1")
    small.add("solver.prototxt", text.replace("max_iter: 12", "max_iter: 8"))
    small.run()
    paths = [small.folder / f"snap_iter_{number}.solverstate" for number in range(1, 9)]
    states = [read_snapshot(path, load_schema()).state for path in paths]
    assert [state.iteration for state in states] == list(range(1, 9))
    wanted = [caffes_steps(number - 1, **fields) for number in range(1, 9)]
    assert [state.current_step for state in states] == wanted


@pytest.mark.parametrize("policy", ["step", "multistep"])
def test_the_step_of_caffes_own_file_is_read(policy: str) -> None:
    path = ORACLE / f"sgd_{policy}" / "half.solverstate"
    state = read_solverstate(path, load_schema())
    fields = {"step": {"stepsize": 7}, "multistep": {"stepvalue": (5, 11, 20)}}[policy]
    assert (state.iteration, state.current_step) == (15, caffes_steps(14, **fields))
