"""RecurrentStates: what the recurrent layers of a solver's nets carry from pass to pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.net.net import Net
from owltf.net.solver_nets import SolverNets
from owltf.runtime.replicas import Replicas
from owltf.snapshot.parts import STATES
from owltf.snapshot.read import Restored
from owltf.snapshot.recurrent_states import read_states, states_path


class RecurrentStates:
    """The states of the recurrent layers of all nets, each with one part for each replica.

    Args:
        nets: the nets.
        replicas: where they run.
    """

    def __init__(self, nets: SolverNets, replicas: Replicas) -> None:
        self._replicas = replicas
        named = {"train": nets.train, **{f"test{i}": net for i, net in enumerate(nets.tests)}}
        self._parts: dict[str, Any] = {}
        for name, net in named.items():
            for key, variable in _variables(net):
                self._parts[f"{name}/{key}"] = replicas.parts(variable)

    @property
    def are_elsewhere(self) -> bool:
        """Whether other processes hold some of the states."""
        return bool(self._parts) and self._replicas.cluster is not None

    def get(self) -> dict[str, np.ndarray]:
        """Return a copy of the states by name, this process's replicas along the first axis."""
        return {
            key: np.stack([part.numpy() for part in parts]) for key, parts in self._parts.items()
        }

    def of_all(self) -> dict[str, np.ndarray]:
        """Return the states of the replicas of all processes, all of which must call this."""
        if self._replicas.cluster is None:
            return self.get()
        return {key: self._gathered(parts) for key, parts in self._parts.items()}

    def _gathered(self, parts: Any) -> np.ndarray:
        first = self._replicas.share.first
        values = self._replicas.each(lambda replica: parts[replica - first][tf.newaxis])
        return np.asarray(self._replicas.gathered(values).numpy())

    def set(self, states: Mapping[str, np.ndarray]) -> None:
        """Assign states that `get` returned."""
        for key, parts in self._parts.items():
            for part, value in zip(parts, states[key], strict=True):
                part.assign(value)

    def restore(self, restored: Restored) -> list[str]:
        """Go on from the states of a snapshot, where the nets carry any.

        Returns:
            Sentences for the user, on states that could not be restored.

        Raises:
            OwltfError: if the file cannot be read, or is of another snapshot.
        """
        path = states_path(restored.path)
        if not self._parts:
            return []
        if not path.exists():
            return [f"Recurrent layers start from zeros, as in Caffe: there is no {path}"]
        states = read_states(path)
        restored.check(STATES, path)
        if {key: value.shape for key, value in states.items()} != self._shapes():
            return [
                f"Recurrent layers start from zeros: the states in {path} are of other layers, or "
                f"of another number of devices"
            ]
        share = self._replicas.share
        if share.total > 1:
            states = {key: value[share.first :][: share.replicas] for key, value in states.items()}
        self.set(states)
        return []

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        count = self._replicas.count
        return {key: (count, *parts[0].shape) for key, parts in self._parts.items()}


def _variables(net: Net) -> list[tuple[str, Any]]:
    return [
        (f"{layer.name}/{index}", variable)
        for layer in net.loss_model.layers
        if hasattr(layer, "recurrent_state")
        for index, variable in enumerate(layer.recurrent_state.variables)
    ]
