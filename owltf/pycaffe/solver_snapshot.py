"""Writes and reads a solver's snapshot: Caffe's two files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.solverstate_file import write_solverstate
from owltf.files.atomic import atomic_output_group
from owltf.net.weights import load_weights, save_weights
from owltf.pycaffe.net_state import NetState
from owltf.pycaffe.settings import SETTINGS
from owltf.pycaffe.solver_file import SolverFile
from owltf.pycaffe.updater import Updater
from owltf.snapshot.prefix import Prefix
from owltf.snapshot.read import read_snapshot


def write_snapshot(
    solver: SolverFile, state: NetState, iteration: int, history: Sequence[np.ndarray]
) -> tuple[Path, Path]:
    """Write the weights and the state of a solver, both or neither.

    Args:
        solver: the solver's file, which says where.
        state: the net.
        iteration: the updates made.
        history: the history blobs of its rule.

    Returns:
        The caffemodel and the solverstate.
    """
    prefix = Prefix.of(solver.parameter, solver.source.folder)
    caffemodel, solverstate, _ = prefix.files(iteration)
    current = SolverState(
        iteration=iteration,
        learned_net=str(caffemodel),
        current_step=solver.current_step(iteration),
        history=tuple(history),
    )
    with atomic_output_group([caffemodel, solverstate]) as (weights, rest):
        save_weights(
            state.initial.net,
            weights,
            hdf5=bool(prefix.suffix),
            diffs=_diffs(state) if solver.parameter.snapshot_diff else None,
        )
        write_solverstate(rest, SETTINGS.registry.schema, current)
    return caffemodel, solverstate


def _diffs(state: NetState) -> dict[str, list[np.ndarray]]:
    """Return the `diff` of each layer's parameter blobs, as the script sees them."""
    return {
        name: [np.array(state.param_blob(param).diff) for param in params]
        for name, params in state.initial.net.layer_params.items()
    }


def restore_snapshot(path: Path, state: NetState, updater: Updater) -> int:
    """Read a solverstate and the weights that it names into a net and its rule.

    Args:
        path: the solverstate.
        state: the net.
        updater: what has the rule.

    Returns:
        The updates made.
    """
    schema, net = SETTINGS.registry.schema, state.initial.net
    restored = read_snapshot(path, schema)
    if restored.weights is not None:
        load_weights(net, read_weights(restored.weights, schema), restored.weights)
        state.memories.changed(net.params)
    updater.solver.set_history(updater.params, restored.state.history)
    return restored.state.iteration
