"""The values that plugins receive at each event of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

    from owltf.net.weights import Loaded


@dataclass(frozen=True)
class Setup:
    """A run that is about to begin.

    Attributes:
        net: the TRAIN net's name.
        solver: the solver's type and learning-rate policy, in words.
        devices: a name for each replica.
        params: the number of learnable values.
        sources: a description of each data layer, by phase and layer name.
        seed: what every random draw starts from.
        iteration: where the run begins.
        max_iter: where it ends.
        batch: images of an iteration, over all replicas and passes.
        current_iteration: returns the updates made so far, at any time and from any thread.
        loaded: which layers each weights file was loaded into.
        notes: sentences that the user should read.
        options: the values of the options that plugins add to `owltf run`, by name.
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
    current_iteration: Callable[[], int]
    loaded: Mapping[str, Loaded] = field(default_factory=dict)
    notes: Sequence[str] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Iterations:
    """The iterations that were computed since a plugin last received some.

    Attributes:
        first: the number of the first iteration, from 0.
        losses: the loss of each iteration.
        rate: the learning rate of the last iteration.
        outputs: the TRAIN net's outputs in the last iteration, by blob name, in Caffe's order.
    """

    first: int
    losses: Sequence[float]
    rate: float
    outputs: Mapping[str, np.ndarray]

    @property
    def last(self) -> int:
        """The number of the last iteration, from 0."""
        return self.first + len(self.losses) - 1


@dataclass(frozen=True)
class Display:
    """The figures of an iteration that a run displays.

    After the last update Caffe displays the loss of one more batch, which updates nothing: that
    has no rate and no outputs.

    Attributes:
        iteration: the iteration, from 0.
        loss: the mean of the last `average_loss` losses.
        rate: the iteration's learning rate, or None.
        outputs: the TRAIN net's outputs in the iteration, by blob name, in Caffe's order.
        loss_weights: the weights of those outputs that are losses.
    """

    iteration: int
    loss: float
    rate: float | None = None
    outputs: Mapping[str, np.ndarray] = field(default_factory=dict)
    loss_weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Scores:
    """The result of a test.

    Attributes:
        iteration: updates made so far.
        net_index: which of the solver's test nets, from 0.
        loss: the mean loss, where the solver's `test_compute_loss` asks for it.
        outputs: each output's mean over `test_iter` batches, by blob name, in Caffe's order.
        loss_weights: the weights of those outputs that are losses.
    """

    iteration: int
    net_index: int
    loss: float | None
    outputs: Mapping[str, np.ndarray]
    loss_weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Ending:
    """How a run ended.

    Attributes:
        reason: "finished"; "stopped", by a signal; or "failed", by an error.
        iteration: updates made so far.
        message: how to resume a stopped run, or the error in words; "" for a finished run.
        error: the exception that a failed run raised.
    """

    reason: Literal["finished", "stopped", "failed"]
    iteration: int
    message: str = ""
    error: BaseException | None = None
