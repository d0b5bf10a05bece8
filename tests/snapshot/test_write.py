"""A snapshot that is written is one to go on from."""

from __future__ import annotations

import numpy as np
import pytest
from solver_case import SOLVER, Case, flat

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


def test_a_solverstate_has_the_step_of_the_last_rate(small: Case) -> None:
    """Caffe keeps `current_step_` of the iteration before the snapshot's."""
    steps = SOLVER.replace('"fixed"', '"step" gamma: 0.5 stepsize: 3')
    small.add("solver.prototxt", steps)
    small.run()
    states = [
        read_snapshot(small.folder / f"snap_iter_{iteration}.solverstate", load_schema()).state
        for iteration in (6, 12)
    ]
    assert [(state.iteration, state.current_step) for state in states] == [(6, 1), (12, 3)]
