"""RecurrentStates: what the recurrent layers of a solver's nets carry from pass to pass.

Caffe loses it at a resume. It can be too large for the JSON of a snapshot, so it has a file of its
own, `<prefix>_iter_N.states.npz`; nets that carry nothing have none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.binary.numpy_file import read_npz
from owltf.errors import OwltfError
from owltf.files import atomic_path
from owltf.net.net import Net
from owltf.net.solver_nets import SolverNets
from owltf.runtime.replicas import Replicas


class RecurrentStates:
    """The states of all nets, each with one part for each replica.

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
        """Return a copy of the states, the replicas along the first axis."""
        return {
            key: np.stack([part.numpy() for part in parts]) for key, parts in self._parts.items()
        }

    def set(self, states: Mapping[str, np.ndarray]) -> None:
        """Assign what `get` gave."""
        for key, parts in self._parts.items():
            for part, value in zip(parts, states[key], strict=True):
                part.assign(value)

    def write(self, snapshot: Path) -> None:
        """Write the states beside a snapshot, where there are any.

        Args:
            snapshot: one of its files.
        """
        if self._parts and self._writes:
            states: dict[str, Any] = self.get()
            with atomic_path(_beside(snapshot)) as temporary, temporary.open("wb") as file:
                np.savez(file, **states)

    def restore(self, snapshot: Path) -> list[str]:
        """Go on from the states beside a snapshot, where the nets carry any.

        Returns:
            What a person should know.

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
        if hasattr(layer, "carried")
        for index, variable in enumerate(layer.carried.variables)
    ]


def _beside(snapshot: Path) -> Path:
    stem = re.sub(r"\.(caffemodel|solverstate)(\.h5)?$", "", str(snapshot))
    return Path(f"{stem}.states.npz")


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        return dict(read_npz(path))
    except OwltfError as error:
        raise OwltfError(
            f"{path} does not hold the states of recurrent layers ({error}); remove it to start "
            f"them from zeros, as Caffe does"
        ) from error
