"""The state that an exact resume needs and Caffe's snapshots lack, kept in a JSON beside them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from owltf.errors import OwltfError
from owltf.files import atomic_path


def threads() -> int:
    """Return how many threads TensorFlow may use; the last bits of results depend on it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class RunState:
    """The state of a run after an iteration.

    Attributes:
        iteration: the number of updates made.
        seed: what every random draw starts from.
        train: the record at which each data layer of the TRAIN net stands, by layer name.
        test: the same for each TEST net.
        losses: the losses that `average_loss` still needs.
        replicas: how many devices computed.
        threads: how many threads each process had.
    """

    iteration: int
    seed: int
    train: dict[str, int]
    test: list[dict[str, int]]
    losses: Sequence[float] = ()
    replicas: int = 1
    threads: int = field(default_factory=threads)

    def write(self, path: Path) -> None:
        """Write the state to a file, whole or not at all."""
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> RunState:
        """Read a state from a file.

        Raises:
            OwltfError: if the file is not one.
        """
        try:
            state = cls(**json.loads(path.read_text()))
            _check(state)
            return state
        except (ValueError, TypeError) as error:
            raise OwltfError(
                f"{path} is not a state that owltf wrote ({error}); remove it to resume as Caffe "
                f"does, with the data from their first record"
            ) from None


def _check(state: RunState) -> None:
    numbers = (state.iteration, state.seed, state.replicas, state.threads)
    if not all(isinstance(number, int) for number in numbers):
        raise TypeError("iteration, seed, replicas and threads must be whole numbers")
    if not isinstance(state.test, list) or not all(map(_is_places, [state.train, *state.test])):
        raise TypeError("train and each of test must give a record for each data layer")
    if not all(isinstance(loss, int | float) for loss in state.losses):
        raise TypeError("losses must be numbers")


def _is_places(places: object) -> bool:
    return isinstance(places, dict) and all(isinstance(each, int) for each in places.values())
