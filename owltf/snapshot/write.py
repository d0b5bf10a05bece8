"""Writes a snapshot: Caffe's pair of files, and the JSON beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.solverstate_file import write_solverstate
from owltf.net.net import Net
from owltf.net.weights import save_weights
from owltf.snapshot.prefix import Prefix
from owltf.snapshot.run_state import RunState
from owltf.solvers.solver import Solver


def write_snapshot(
    prefix: Prefix, net: Net, solver: Solver, run: RunState, schema: Any
) -> tuple[Path, Path]:
    """Write the files of a snapshot, each whole or not at all, the solverstate last.

    Returns:
        The caffemodel and the solverstate.
    """
    caffemodel, solverstate, state = prefix.files(run.iteration)
    save_weights(net, caffemodel)
    run.write(state)
    current = SolverState(
        iteration=run.iteration,
        learned_net=str(caffemodel),
        # Caffe writes the step in which it computed its last rate.
        current_step=solver.schedule.current_step(max(run.iteration - 1, 0)),
        history=tuple(solver.history(net.params)),
    )
    write_solverstate(solverstate, schema, current)
    return caffemodel, solverstate
