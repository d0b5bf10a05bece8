"""Snapshots: Caffe's pair of files, and the JSON beside them."""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.solverstate_file import read_solverstate, write_solverstate
from owltf.caffe.binary.weights import Weights
from owltf.caffe.file_kind import expect_kind
from owltf.caffe.find_file import find_file
from owltf.convert.params import Param
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.weights import save_weights
from owltf.snapshot.run_state import RunState
from owltf.solvers.solver import Solver

_ITERATION = re.compile(r"_iter_(\d+)\.solverstate(\.h5)?$")


@dataclass(frozen=True)
class Prefix:
    """Where a solver's snapshots go.

    Attributes:
        path: the folder and the first part of the files' names.
        interval: the solver's `snapshot`.
        suffix: ".h5" where the solver's `snapshot_format` is HDF5.
    """

    path: Path
    interval: int
    suffix: str = ""

    @classmethod
    def of(cls, parameter: Any, folder: Path | None) -> Prefix:
        """Return the prefix of a `SolverParameter`.

        A relative folder is looked for as the solver's other files are.

        Raises:
            OwltfError: if the folder does not exist.
        """
        prefix = Path(parameter.snapshot_prefix)
        try:
            has_folder = prefix.parent != Path()
            found = find_file(str(prefix.parent), folder) if has_folder else Path()
        except OwltfError as error:
            raise OwltfError(
                f"snapshot_prefix '{prefix}': its folder is missing: {error}; make it first"
            ) from None
        is_hdf5 = parameter.snapshot_format == type(parameter).HDF5
        return cls(found / prefix.name, parameter.snapshot, ".h5" if is_hdf5 else "")

    def files(self, iteration: int) -> tuple[Path, Path, Path]:
        """Return the caffemodel, the solverstate and the JSON of an iteration."""
        stem = f"{self.path}_iter_{iteration}"
        caffemodel = Path(f"{stem}.caffemodel{self.suffix}")
        return caffemodel, Path(f"{stem}.solverstate{self.suffix}"), Path(f"{stem}.json")

    def check_writable(self) -> None:
        """Try the folder before anything is trained.

        Raises:
            OwltfError: if files cannot be made there.
        """
        try:
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass
        except OSError as error:
            raise OwltfError(
                f"snapshot_prefix '{self.path}': cannot write to {self.path.parent}: "
                f"{str(error.strerror).lower()}"
            ) from None

    def iterations(self) -> list[int]:
        """Return the iterations of the snapshots that exist, in order."""
        found = (
            _ITERATION.search(each.name)
            for each in self.path.parent.glob(f"{self.path.name}_iter_*.solverstate*")
        )
        return sorted(int(match.group(1)) for match in found if match)

    def indexed(self, index: int) -> Path:
        """Return the solverstate of owl.net's snapshot index: iteration index x `snapshot`.

        Raises:
            OwltfError: if it does not exist; those that do are listed.
        """
        if index and not self.interval:
            raise OwltfError(f"--snapshot {index}: the solver sets no snapshot interval")
        path = self.files(index * self.interval)[1]
        in_other_format = path.with_suffix("") if self.suffix else Path(f"{path}.h5")
        for known in (path, in_other_format):
            if known.exists():
                return known
        there = [each // self.interval for each in self.iterations() if each % self.interval == 0]
        exist = f"those that exist: {', '.join(map(str, there))}" if there else "there are none yet"
        raise OwltfError(f"no snapshot {index} ({path}); {exist}")


@dataclass(frozen=True)
class Restored:
    """What a run resumes from.

    Attributes:
        path: the solverstate.
        state: its content.
        weights: the caffemodel it names.
        run: what only owltf's snapshots have; None for Caffe's.
    """

    path: Path
    state: SolverState
    weights: Path
    run: RunState | None

    def history_of(
        self, params: Sequence[Param], weights: Weights, slots: int
    ) -> Sequence[np.ndarray]:
        """Return the history for a net that has other layers than the one that was trained.

        The blobs have no names; the weights beside them tell whose they are. What has no history
        of its shape starts at zero. Where layers share weights this cannot be told, and the
        history is given as it is.
        """
        owners = [(layer.name, index) for layer in weights for index in range(len(layer.blobs))]
        if len(self.state.history) != slots * len(owners):
            return self.state.history
        keys = [(slot, *owner) for slot in range(slots) for owner in owners]
        known = dict(zip(keys, self.state.history, strict=True))
        return [
            _of_size(known.get((slot, param.layer, param.index)), param.shape)
            for slot in range(slots)
            for param in params
        ]


def _of_size(blob: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    if blob is None or blob.size != math.prod(shape):
        return np.zeros(shape, np.float32)
    return blob


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


def write_snapshot(
    prefix: Prefix, net: Net, solver: Solver, run: RunState, schema: Any
) -> tuple[Path, Path]:
    """Write an iteration's snapshot; each file is complete or absent, the solverstate comes last.

    Returns:
        The caffemodel and the solverstate.
    """
    caffemodel, solverstate, state = prefix.files(run.iteration)
    save_weights(net, caffemodel)
    run.write(state)
    history = solver.history(net.params)
    # Caffe takes the step in which it computed its last rate.
    current_step = solver.schedule.current_step(max(run.iteration - 1, 0))
    current = SolverState(
        iteration=run.iteration,
        learned_net=str(caffemodel),
        current_step=current_step,
        history=tuple(history),
    )
    write_solverstate(solverstate, schema, current)
    return caffemodel, solverstate
