"""What a run tells while it goes on; each way of showing it is a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from owltf.net.weights import Loaded


@dataclass(frozen=True)
class Setup:
    """A run that is about to begin.

    Attributes:
        net: the TRAIN net's name.
        solver: the solver's type and learning-rate policy, in words.
        devices: a name for each replica.
        params: the number of learnable values.
        sources: a sentence for each data layer, by phase and layer name.
        seed: what every random draw starts from.
        iteration: where the run begins.
        max_iter: where it ends.
        batch: images of an iteration, over all replicas and passes.
        loaded: what became of each weights file.
        notes: anything a person should know, a sentence each.
    """

    net: str
    solver: str
    devices: Sequence[str]
    params: int
    sources: Mapping[str, str]
    seed: int
    iteration: int
    max_iter: int
    batch: int
    loaded: Mapping[str, Loaded] = field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Output:
    """One output blob of a net.

    Attributes:
        name: the blob's name.
        values: its values, flat.
        weight: its loss weight; 0 where it is no loss.
    """

    name: str
    values: Sequence[float]
    weight: float


@dataclass(frozen=True)
class Display:
    """A displayed iteration.

    Attributes:
        iteration: the iteration, from 0.
        loss: the mean of the last `average_loss` losses.
        rate: its learning rate.
        outputs: the TRAIN net's outputs in it.
    """

    iteration: int
    loss: float
    rate: float
    outputs: Sequence[Output]


@dataclass(frozen=True)
class Scores:
    """The result of a test.

    Attributes:
        iteration: updates made so far.
        index: which TEST net.
        loss: the mean loss, where the solver's `test_compute_loss` asks for it.
        outputs: each output's mean over the batches.
    """

    iteration: int
    index: int
    loss: float | None
    outputs: Sequence[Output]


class Report:
    """Tells nothing; the base of those that do."""

    def started(self, setup: Setup) -> None:
        """Tell what is about to run."""

    def watch(self, iteration: Callable[[], int]) -> None:
        """Take a function that gives the iteration at any time, from any thread."""

    def displayed(self, display: Display) -> None:
        """Tell a displayed iteration."""

    def last_loss(self, iteration: int, loss: float) -> None:
        """Tell the loss after the last update."""

    def testing(self, iteration: int, index: int) -> None:
        """Tell that a test begins."""

    def tested(self, tested: Scores) -> None:
        """Tell a test's result."""

    def snapshot(self, caffemodel: Path, solverstate: Path) -> None:
        """Tell that a snapshot is on disk."""

    def finished(self) -> None:
        """Tell that all iterations are done."""

    def stopped(self, message: str) -> None:
        """Tell that a signal ended the run, and how to resume it."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def outputs_of(net: Any, values: Mapping[str, Any]) -> list[Output]:
    """Return a net's outputs in Caffe's order, from arrays by blob name."""
    weights = {loss.top: loss.weight for loss in net.losses}
    return [
        Output(name, values[name].reshape(-1).tolist(), weights.get(name, 0.0))
        for name in net.outputs
    ]
