"""Reads a snapshot: Caffe's pair of files, and the JSON beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.file_kind import expect_kind
from owltf.caffe.find_file import find_file
from owltf.errors import OwltfError
from owltf.snapshot.run_state import RunState


@dataclass(frozen=True)
class Restored:
    """A snapshot as it was read.

    Attributes:
        path: the solverstate.
        state: its content.
        weights: the caffemodel it names.
        run: the state that only owltf's snapshots have; None for Caffe's.
    """

    path: Path
    state: SolverState
    weights: Path
    run: RunState | None


def read_snapshot(path: Path, schema: Any) -> Restored:
    """Read a solverstate, and the JSON beside it if there is one.

    Raises:
        OwltfError: if the file is missing or something else, or its caffemodel is missing.
    """
    if not path.exists():
        raise OwltfError(f"no such solverstate: {path}")
    expect_kind(path, "solverstate")
    state = read_solverstate(path, schema)
    beside = Path(re.sub(r"\.solverstate(\.h5)?$", "", str(path)) + ".json")
    run = RunState.read(beside) if beside.exists() else None
    return Restored(path, state, _weights_of(path, state), run)


def _weights_of(path: Path, state: SolverState) -> Path:
    name = Path(state.learned_net).name
    beside = path.parent / name
    if name and beside.exists():
        return beside
    try:
        return find_file(state.learned_net, path.parent)
    except OwltfError as error:
        raise OwltfError(f"{path} belongs to weights that are missing: {error}") from None
