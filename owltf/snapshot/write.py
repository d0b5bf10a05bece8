"""Writes a snapshot: Caffe's pair of files, and what owltf keeps beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.solverstate_file import write_solverstate
from owltf.files.atomic import atomic_outputs
from owltf.net.net import Net
from owltf.net.weights import save_weights
from owltf.snapshot.parts import CAFFEMODEL, SOLVERSTATE, STATES
from owltf.snapshot.prefix import Prefix
from owltf.snapshot.recurrent_states import states_path, write_states
from owltf.snapshot.run_state import RunState
from owltf.solvers.solver import Solver


def write_snapshot(
    prefix: Prefix,
    net: Net,
    solver: Solver,
    run: RunState,
    schema: Any,
    carried: Mapping[str, np.ndarray],
) -> tuple[Path, Path]:
    """Write an iteration's snapshot.

    All files are written before the first is renamed. The solverstate is renamed last, so there is
    no snapshot without the others; the JSON knows the others again by their checksums.

    Args:
        prefix: where it goes.
        net: the net whose weights it holds.
        solver: the solver whose history it holds.
        run: where the run stands.
        schema: Caffe's messages.
        carried: what recurrent layers carry, by name; empty if there are none.

    Returns:
        The caffemodel and the solverstate.
    """
    caffemodel, solverstate, state = prefix.files(run.iteration)
    current = SolverState(
        iteration=run.iteration,
        learned_net=str(caffemodel),
        # Caffe writes the step in which it computed its last rate.
        current_step=solver.schedule.current_step(max(run.iteration - 1, 0)),
        history=tuple(solver.history(net.params)),
    )
    with atomic_outputs(solverstate) as temporary:
        parts = {
            CAFFEMODEL: save_weights(
                net, temporary.with_name(caffemodel.name), diffs=_diffs(net, solver)
            ),
            SOLVERSTATE: write_solverstate(temporary, schema, current),
        }
        if carried:
            parts[STATES] = write_states(states_path(temporary), carried)
        replace(run, parts=parts).write(temporary.with_name(state.name))
    return caffemodel, solverstate


def _diffs(net: Net, solver: Solver) -> dict[str, list[np.ndarray]] | None:
    """Return each layer's `diff`s, if the run's snapshots hold them."""
    if not solver.keeps_changes:
        return None
    return {
        name: [solver.diff(param) for param in params] for name, params in net.layer_params.items()
    }
