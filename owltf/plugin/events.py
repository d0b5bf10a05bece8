"""The values that plugins receive at each event of a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
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
        prefix: the folder and the first part of the names of the run's snapshots.
        display: iterations between two that the solver displays, or 0.
        model: the TRAIN net's `keras.Model`.
        test_outputs: the names of the test nets' outputs; none if the net is never tested.
        current_loss: returns the loss of the last iteration, at any time and from any thread.
        images_per_second: returns the speed of the updates, without compiling, tests and snapshots.
        waiting: returns the share of that time, from 0 to 1, in which the devices waited for data.
        rate: returns the learning rate of an iteration.
        stop: ends the run after the event that is told, with a snapshot; takes the reason in words.
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
    prefix: Path = Path()
    display: int = 0
    model: Any = None
    test_outputs: Sequence[str] = ()
    current_loss: Callable[[], float] = lambda: math.nan
    images_per_second: Callable[[], float] = lambda: 0.0
    waiting: Callable[[], float] = lambda: 0.0
    rate: Callable[[int], float] = lambda iteration: math.nan
    stop: Callable[[str], None] = lambda reason: None


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
        message: how to resume a stopped run, or the error in words; for a finished run "", or why
            a plugin ended it before `max_iter`.
        error: the exception that a failed run raised.
    """

    reason: Literal["finished", "stopped", "failed"]
    iteration: int
    message: str = ""
    error: BaseException | None = None
