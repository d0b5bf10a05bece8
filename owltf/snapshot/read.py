"""Reads a snapshot: Caffe's pair of files, and the JSON beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.file_kind import expect_kind
from owltf.caffe.find_file import find_file
from owltf.errors import OwltfError
from owltf.snapshot.parts import CAFFEMODEL, SOLVERSTATE, check_part
from owltf.snapshot.run_state import RunState


@dataclass(frozen=True)
class Restored:
    """A snapshot as it was read.

    Attributes:
        path: the solverstate.
        state: its content.
        weights: the caffemodel that it names, or the one of its name beside it where it names none;
            None if there is no such file either.
        run: the state that only owltf's snapshots have; None for Caffe's.
    """

    path: Path
    state: SolverState
    weights: Path | None
    run: RunState | None

    def check(self, part: str, path: Path) -> None:
        """Check that a file was written together with the JSON, if there is one.

        Args:
            part: which part of the snapshot it should be.
            path: the file.

        Raises:
            OwltfError: if it was not.
        """
        if self.run is not None:
            check_part(self.run.parts, part, path, json_path(self.path))


def json_path(solverstate: Path) -> Path:
    """Return the JSON that lies beside a solverstate of owltf's."""
    return Path(re.sub(r"\.solverstate(\.h5)?$", "", str(solverstate)) + ".json")


def read_snapshot(path: Path, schema: Any) -> Restored:
    """Read a solverstate, and the JSON beside it if there is one.

    Raises:
        OwltfError: if the file is missing or something else, its caffemodel is missing, or the
            files are not of one snapshot.
    """
    if not path.exists():
        raise OwltfError(f"no such solverstate: {path}")
    expect_kind(path, "solverstate")
    state = read_solverstate(path, schema)
    if state.iteration < 0:
        raise OwltfError(f"{path}: the iteration must be at least 0, got {state.iteration}")
    beside = json_path(path)
    run = RunState.read(beside) if beside.exists() else None
    if run is not None and run.iteration != state.iteration:
        raise OwltfError(
            f"{beside} is of iteration {run.iteration}, {path.name} beside it of iteration "
            f"{state.iteration}; resume from another snapshot"
        )
    restored = Restored(path, state, _weights_of(path, state), run)
    restored.check(SOLVERSTATE, path)
    if restored.weights is not None:
        _check_weights(restored, restored.weights, schema)
    return restored


def _check_weights(restored: Restored, weights: Path, schema: Any) -> None:
    try:
        restored.check(CAFFEMODEL, weights)
    except OwltfError:
        # What a damaged file itself says is wrong with it helps more.
        read_weights(weights, schema)
        raise


def _weights_of(path: Path, state: SolverState) -> Path | None:
    if not state.learned_net:
        beside = path.with_name(path.name.replace(".solverstate", ".caffemodel"))
        return beside if beside.exists() and beside != path else None
    name = Path(state.learned_net).name
    beside = path.parent / name
    if name and beside.exists():
        return beside
    try:
        return find_file(state.learned_net, path.parent)
    except OwltfError as error:
        raise OwltfError(f"{path} belongs to weights that are missing: {error}") from None
