"""AllTests: the tests of all of a solver's test nets, one round of them after the other."""

from __future__ import annotations

from typing import Any

from owltf.net.batches import batches, positions_after
from owltf.plugin.events import Scores, Setup
from owltf.train.evaluation import Evaluation
from owltf.train.prepare import PreparedRun
from owltf.train.recurrent_states import RecurrentStates
from owltf.train.run_setup import loss_weights
from owltf.train.signals import Signals


class AllTests:
    """Tests each net of a run, as Caffe's `TestAll` does, and tells plugins.

    Args:
        start: the run.
        recurrent: what its recurrent layers carry.
        signals: what ends a test.
        hook: calls plugins.
        setup: the run as plugins know it.
    """

    def __init__(
        self,
        start: PreparedRun,
        recurrent: RecurrentStates,
        signals: Signals,
        hook: Any,
        setup: Setup,
    ) -> None:
        self._nets, self._positions = start.nets.tests, start.state.test
        self._parameter = start.source.parameter
        self._recurrent, self._signals = recurrent, signals
        self._hook, self._setup = hook, setup
        self._batches = [0] * len(self._nets)
        self._evaluations = [
            Evaluation(net, start.devices, batches(net, place), signals.end, self._parameter)
            for net, place in zip(self._nets, start.state.test, strict=True)
        ]

    def positions(self) -> list[dict[str, int]]:
        """Return where the data layers of each net stand, by layer name."""
        return [
            positions_after(*each)
            for each in zip(self._nets, self._positions, self._batches, strict=True)
        ]

    def run(self, iteration: int) -> None:
        """Test all nets; a round that does not come to its end counts not.

        Args:
            iteration: updates made so far.
        """
        before, states = list(self._batches), self._recurrent.get()
        whole = False
        try:
            for index in range(len(self._nets)):
                if not self._signals.stopped_by:
                    self._test(index, iteration)
            whole = not self._signals.stopped_by
        finally:
            if not whole:
                # A run that resumes here tests again, with the same records.
                self._batches = before
                self._recurrent.set(states)

    def _test(self, index: int, iteration: int) -> None:
        self._hook.owltf_testing(iteration=iteration, net_index=index, setup=self._setup)
        wanted = self._parameter.test_iter[index]
        done, loss, means = self._evaluations[index].run(wanted)
        self._signals.agree()
        self._batches[index] += done
        if done < wanted:
            return
        shown = loss if self._parameter.test_compute_loss else None
        scores = Scores(iteration, index, shown, means, loss_weights(self._nets[index]))
        self._hook.owltf_tested(scores=scores, setup=self._setup)
