"""Saves and restores the states that recurrent layers keep from one pass to the next.

Caffe loses them when a run is resumed. They can be too large for the JSON of a snapshot, so they
have a file of their own, `<prefix>_iter_N.states.npz`. Nets without recurrent layers have none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from owltf.errors import OwltfError, first_line
from owltf.files import atomic_path
from owltf.net.net import Net
from owltf.net.solver_nets import SolverNets
from owltf.runtime.replicas import Replicas


class RecurrentStates:
    """The states of the recurrent layers of all nets, each with one part for each replica.

    Args:
        nets: the nets.
        replicas: where they run.
    """

    def __init__(self, nets: SolverNets, replicas: Replicas) -> None:
        named = {"train": nets.train, **{f"test{i}": net for i, net in enumerate(nets.tests)}}
        self._writes = replicas.is_chief
        self._parts: dict[str, Any] = {}
        for name, net in named.items():
            for key, variable in _variables(net):
                self._parts[f"{name}/{key}"] = replicas.parts(variable)

    def get(self) -> dict[str, np.ndarray]:
        """Return a copy of the states by name, the replicas along the first axis."""
        return {
            key: np.stack([part.numpy() for part in parts]) for key, parts in self._parts.items()
        }

    def set(self, states: Mapping[str, np.ndarray]) -> None:
        """Assign states that `get` returned."""
        for key, parts in self._parts.items():
            for part, value in zip(parts, states[key], strict=True):
                part.assign(value)

    def write(self, snapshot: Path) -> None:
        """Write the states beside a snapshot, if there are any.

        Args:
            snapshot: one of the snapshot's files.
        """
        if self._parts and self._writes:
            states: dict[str, Any] = self.get()
            with atomic_path(_beside(snapshot)) as temporary, temporary.open("wb") as file:
                np.savez(file, **states)

    def restore(self, snapshot: Path) -> list[str]:
        """Assign the states that lie beside a snapshot, if the nets have any.

        Args:
            snapshot: one of the snapshot's files.

        Returns:
            Sentences for the user, on states that could not be restored.

        Raises:
            OwltfError: if the file cannot be read.
        """
        path = _beside(snapshot)
        if not self._parts:
            return []
        if not path.exists():
            return [f"Recurrent layers start from zeros, as in Caffe: there is no {path}"]
        states = _read(path)
        if {key: value.shape for key, value in states.items()} != self._shapes():
            return [
                f"Recurrent layers start from zeros: the states in {path} are of other layers, or "
                f"of another number of devices"
            ]
        self.set(states)
        return []

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return {key: (len(parts), *parts[0].shape) for key, parts in self._parts.items()}


def _variables(net: Net) -> list[tuple[str, Any]]:
    return [
        (f"{layer.name}/{index}", variable)
        for layer in net.loss_model.layers
        if hasattr(layer, "recurrent_state")
        for index, variable in enumerate(layer.recurrent_state.variables)
    ]


def _beside(snapshot: Path) -> Path:
    stem = re.sub(r"\.(caffemodel|solverstate)(\.h5)?$", "", str(snapshot))
    return Path(f"{stem}.states.npz")


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, TypeError, EOFError, BadZipFile) as error:
        reason = first_line(error)
        raise OwltfError(
            f"{path} does not hold the states of recurrent layers ({reason}); remove it to start "
            f"them from zeros, as Caffe does"
        ) from error
