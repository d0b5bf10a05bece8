"""History: the losses, the rates and the tests of a run, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.plugin.events import Iterations, Scores, Setup
from owltf.registry.markers import hookimpl
from owltf.solvers.solver import Solver


@dataclass(frozen=True)
class History:
    """What a run came to.

    Attributes:
        status: 0, or 128 plus the number of the signal that ended the run.
        iterations: the numbers of the iterations computed, from 0, of shape (N,).
        losses: the loss of each, of shape (N,).
        rates: the learning rate of each, of shape (N,).
        tests: for each test net its outputs' means by name, each with one row for each test, and
            as "iteration" the updates made before it.
    """

    status: int
    iterations: np.ndarray
    losses: np.ndarray
    rates: np.ndarray
    tests: Sequence[Mapping[str, np.ndarray]]


@dataclass
class HistoryRecorder:
    """Keeps what a run tells, until its end."""

    first: int = 0
    losses: list[float] = field(default_factory=list)
    tests: dict[int, list[Scores]] = field(default_factory=dict)

    @hookimpl
    def owltf_run_started(self, setup: Setup) -> None:
        """Keep where the run begins."""
        self.first = setup.iteration

    @hookimpl
    def owltf_watch_every(self, setup: Setup) -> int:
        """Ask for all losses, at the end."""
        return max(setup.max_iter, 1)

    @hookimpl
    def owltf_iterations(self, iterations: Iterations) -> None:
        """Keep losses."""
        self.losses.extend(iterations.losses)

    @hookimpl
    def owltf_tested(self, scores: Scores) -> None:
        """Keep a test."""
        self.tests.setdefault(scores.net_index, []).append(scores)

    def history(self, status: int, solver: Solver) -> History:
        """Return what was kept.

        Args:
            status: how the run ended.
            solver: whose schedule has the rates.
        """
        iterations = np.arange(self.first, self.first + len(self.losses))
        losses = np.array(self.losses, np.float32)
        tests = [_columns(self.tests[index]) for index in sorted(self.tests)]
        return History(status, iterations, losses, _rates(solver, iterations), tests)


def _columns(tests: Sequence[Scores]) -> dict[str, np.ndarray]:
    """Return the values of tests as arrays, without outputs that were of several sizes."""
    values = {name: [each.outputs[name] for each in tests] for name in tests[0].outputs}
    alike = {name for name, given in values.items() if len({each.shape for each in given}) == 1}
    columns = {name: np.stack(given) for name, given in values.items() if name in alike}
    return {"iteration": np.array([each.iteration for each in tests]), **columns}


def _rates(solver: Solver, iterations: np.ndarray) -> np.ndarray:
    """Return the rates of iterations, computed in one call."""
    kind = solver.iterations.dtype

    @tf.function(autograph=False)
    def rates(numbers: Any) -> Any:
        def rate(number: Any) -> Any:
            return tf.cast(solver.schedule(number), tf.float32)

        return tf.map_fn(rate, numbers, fn_output_signature=tf.float32)

    values: np.ndarray = rates(tf.constant(iterations, kind)).numpy()
    return values
