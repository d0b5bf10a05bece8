"""Displays: the lines of a run that the solver's `display` asks for, with Caffe's smoothed loss."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from owltf.plugin.events import Display, Setup
from owltf.train.prepare import PreparedRun
from owltf.train.run_setup import loss_weights, rate_of


class Displays:
    """Keeps the last `average_loss` losses of a run, and tells plugins their mean.

    Args:
        start: the run.
        hook: calls plugins.
        setup: the run as plugins know it.
    """

    def __init__(self, start: PreparedRun, hook: Any, setup: Setup) -> None:
        self._start, self._hook, self._setup = start, hook, setup
        self._losses = deque(start.state.losses, maxlen=start.source.parameter.average_loss)

    @property
    def losses(self) -> list[float]:
        """The last losses."""
        return list(self._losses)

    def add(self, *losses: float) -> None:
        """Keep some losses more."""
        self._losses.extend(losses)

    def show(self, iteration: int, outputs: Mapping[str, Any]) -> None:
        """Display an iteration.

        Args:
            iteration: its number, from 0.
            outputs: the TRAIN net's outputs in it.
        """
        rate = rate_of(self._start.solver, iteration)
        weights = loss_weights(self._start.nets.train)
        self._tell(Display(iteration, self._smoothed(), rate, outputs, weights))

    def show_last(self, iteration: int, loss: float) -> None:
        """Display the loss of one more batch, after the last update.

        Args:
            iteration: updates made.
            loss: the loss.
        """
        self.add(loss)
        self._tell(Display(iteration, self._smoothed()))

    def _tell(self, display: Display) -> None:
        self._hook.owltf_displayed(display=display, setup=self._setup)

    def _smoothed(self) -> float:
        return sum(self._losses) / len(self._losses)
