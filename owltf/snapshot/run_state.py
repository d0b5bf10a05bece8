"""The state that an exact resume needs and Caffe's snapshots lack, kept in a JSON beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from owltf.errors import OwltfError
from owltf.files.atomic import atomic_path
from owltf.files.checksum import FileSum
from owltf.files.regular_file import read_bytes
from owltf.runtime.threads import threads
from owltf.snapshot.parts import parts_from_json, parts_to_json

# Caffe counts in 64 bits.
_MOST = 2**63 - 1


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
        loss_scale: the factor on the loss, and the updates since it changed; empty but for float16.
        parts: the other files of the snapshot, as `owltf.snapshot.parts` names them.
    """

    iteration: int
    seed: int
    train: dict[str, int]
    test: list[dict[str, int]]
    losses: Sequence[float] = ()
    replicas: int = 1
    threads: int = field(default_factory=threads)
    loss_scale: Sequence[float] = ()
    parts: Mapping[str, FileSum] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write the state to a file, at once or not at all."""
        values = {**vars(self), "parts": parts_to_json(self.parts)}
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(values, indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> RunState:
        """Read a state from a file.

        Raises:
            OwltfError: if the file is not one.
        """
        try:
            values = json.loads(read_bytes(path))
            parts = parts_from_json(values.get("parts", {}))
            scale = tuple(values.get("loss_scale", ()))
            state = cls(**{**values, "parts": parts, "loss_scale": scale})
            _check(state)
            return state
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise OwltfError(
                f"{path} is not a state that owltf wrote ({error}); remove it to resume as Caffe "
                f"does, with the data from their first record"
            ) from None


def _check(state: RunState) -> None:
    numbers = (state.iteration, state.seed, state.replicas, state.threads)
    if not all(map(_is_count, numbers)):
        raise TypeError("iteration, seed, replicas and threads must be whole numbers from 0")
    if not isinstance(state.test, list) or not all(map(_is_places, [state.train, *state.test])):
        raise TypeError("train and each of test must give a record from 0 for each data layer")
    if not isinstance(state.losses, list) or not all(map(_is_number, state.losses)):
        raise TypeError("losses must be numbers")
    _check_loss_scale(state.loss_scale)


def _check_loss_scale(scale: Sequence[float]) -> None:
    if not scale:
        return
    if len(scale) != 2 or not all(map(_is_number, scale)) or not scale[0] > 0:
        raise TypeError("loss_scale must be a factor above 0 and a count")


def _is_places(places: object) -> bool:
    return isinstance(places, dict) and all(map(_is_count, places.values()))


def _is_count(number: object) -> bool:
    # JSON's `true` is a whole number to Python.
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= _MOST


def _is_number(number: object) -> bool:
    return isinstance(number, float) or _is_count(number)
