"""Trainer: a run from the first iteration to the last, in Caffe's order."""

from __future__ import annotations

import math
import shlex
from collections import deque
from dataclasses import replace
from typing import Any

import numpy as np

from owltf.errors import OwltfError
from owltf.net.batches import batches, positions_after
from owltf.net.data_errors import plain_errors
from owltf.net.net import Net, Source
from owltf.snapshot.run_state import RunState, threads
from owltf.snapshot.write import write_snapshot
from owltf.train.evaluation import Evaluation
from owltf.train.prepare import PreparedRun
from owltf.train.recurrent_states import RecurrentStates
from owltf.train.report.report import Display, Report, Scores, Setup, outputs_of
from owltf.train.signals import Signals
from owltf.train.step import Ran, TrainStep


class Trainer:
    """Runs what a `PreparedRun` holds.

    Args:
        start: nets, solver, and where the run stands.
        report: what tells people of it.
    """

    def __init__(self, start: PreparedRun, report: Report) -> None:
        self._start, self._report = start, report
        self._parameter = start.source.parameter
        self._schedule, self._nets, self._solver = start.schedule, start.nets, start.solver
        self._hook: Any = start.registry.manager.hook
        self._carried = RecurrentStates(start.nets, start.devices)
        self._signals = Signals()
        self._iteration = self._first = self._saved = start.state.iteration
        self._kept = start.resumed_from
        self._losses = deque(start.state.losses, maxlen=self._parameter.average_loss)
        self._tested = [0] * len(self._nets.tests)
        self._train = TrainStep(
            self._nets.train,
            self._solver,
            start.devices,
            batches(self._nets.train, start.state.train),
            self._signals.pause,
            allow_nan=start.options.allow_nan,
        )
        self._tests = [
            Evaluation(net, start.devices, batches(net, place), self._signals.end)
            for net, place in zip(self._nets.tests, start.state.test, strict=True)
        ]

    @property
    def iteration(self) -> int:
        """Updates made so far."""
        return self._iteration

    def run(self) -> int:
        """Train to `max_iter`.

        Returns:
            0, or 128 plus the number of the signal that ended the run.

        Raises:
            OwltfError: if the loss is not a number, or the data turn out wrong.
        """
        self._report.started(self._setup())
        try:
            with self._signals, plain_errors(self._data()):
                self._report.watch(lambda: int(self._solver.iterations.numpy()))
                self._step()
                return self._finish()
        finally:
            self._report.close()

    def _step(self) -> None:
        """Caffe's Step: test, display, update, snapshot."""
        while self._iteration < self._schedule.max_iter:
            if self._schedule.tests(self._iteration):
                self._test_all()
            if self._signals.stopped_by:
                return
            self._update(self._schedule.until_event(self._iteration))
            if self._snapshot_due():
                self._snapshot()
            if self._signals.stopped_by:
                return

    def _update(self, count: int) -> None:
        ran = self._train.run(count)
        self._iteration += len(ran.losses)
        self._losses.extend(ran.losses.tolist())
        self._check_loss(ran)
        last = self._iteration - 1
        if self._schedule.displays(last):
            self._display(last, ran)

    def _check_loss(self, ran: Ran) -> None:
        loss = float(ran.losses[-1])
        if not math.isfinite(loss) and not self._start.options.allow_nan:
            raise self._diverged(f"the loss is {loss} at iteration {self._iteration - 1}")

    def _check_weights(self) -> None:
        """Keep weights that are not numbers out of a snapshot; the loss shows them only later."""
        if self._start.options.allow_nan:
            return
        for param in self._nets.train.params:
            if not np.isfinite(param.variable.numpy()).all():
                last = self._iteration - 1
                raise self._diverged(
                    f"the weights of layer '{param.layer}' are not finite after iteration {last}"
                )

    def _diverged(self, what: str) -> OwltfError:
        stands = f"the last snapshot, {self._kept}, stands" if self._kept else "nothing is saved"
        return OwltfError(
            f"{what}; {stands}; try a smaller base_lr or clip_gradients, or go on with --allow-nan"
        )

    def _display(self, iteration: int, ran: Ran) -> None:
        rate = float(self._solver.schedule(iteration))
        outputs = outputs_of(self._nets.train, ran.outputs)
        self._report.displayed(Display(iteration, self._smoothed(), rate, outputs))
        self._hook.owltf_iteration(iteration=iteration, tops=ran.outputs, rate=rate)

    def _smoothed(self) -> float:
        return sum(self._losses) / len(self._losses)

    def _test_all(self) -> None:
        before, carried = list(self._tested), self._carried.get()
        for index in range(len(self._tests)):
            if not self._signals.stopped_by:
                self._test(index)
        if self._signals.stopped_by:
            # A run that resumes here tests again, with the same records.
            self._tested = before
            self._carried.set(carried)

    def _test(self, index: int) -> None:
        self._report.testing(self._iteration, index)
        wanted = self._parameter.test_iter[index]
        done, loss, sums = self._tests[index].run(wanted)
        self._tested[index] += done
        if done < wanted:
            return
        self._hook.owltf_tested(iteration=self._iteration, net_index=index, scores=sums)
        shown = loss if self._parameter.test_compute_loss else None
        outputs = outputs_of(self._nets.tests[index], sums)
        self._report.tested(Scores(self._iteration, index, shown, outputs))

    def _snapshot_due(self) -> bool:
        asked = self._signals.snapshot_wanted or self._signals.stopped_by is not None
        return self._schedule.snapshots(self._iteration) or asked

    def _snapshot(self) -> None:
        if self._iteration != self._saved:
            self._check_weights()
            self._carried.write(self._start.prefix.files(self._iteration)[0])
            paths = write_snapshot(
                self._start.prefix,
                self._nets.train,
                self._solver,
                self._state(),
                self._start.registry.schema,
            )
            self._saved, self._kept = self._iteration, paths[1]
            self._report.snapshot(*paths)
            self._hook.owltf_snapshot(iteration=self._iteration, path=paths[0])
        self._signals.snapshot_made()

    def _state(self) -> RunState:
        start, passes = self._start.state, self._iteration - self._first
        return replace(
            start,
            iteration=self._iteration,
            train=positions_after(self._nets.train, start.train, passes * self._solver.iter_size),
            test=[
                positions_after(*each)
                for each in zip(self._nets.tests, start.test, self._tested, strict=True)
            ],
            losses=list(self._losses),
            threads=threads(),
        )

    def _finish(self) -> int:
        if not self._signals.stopped_by:
            self._end()
        if self._signals.stopped_by:
            # The signal may have come in a test, after updates that no snapshot holds.
            self._snapshot()
            self._report.stopped(self._how_to_resume())
            return 128 + self._signals.stopped_by
        self._report.finished()
        return 0

    def _end(self) -> None:
        """What Caffe's Solve does after the last update: snapshot, display, test."""
        if self._schedule.snapshots_at_end(self._iteration):
            self._snapshot()
        if self._schedule.displays(self._iteration):
            carried = self._carried.get()
            self._losses.append(self._train.loss())
            self._carried.set(carried)
            self._report.last_loss(self._iteration, self._smoothed())
        if self._schedule.tests(self._iteration):
            self._test_all()

    def _how_to_resume(self) -> str:
        if self._kept is None:
            return "Stopped before the first update; nothing was written"
        words = ["owltf", "run", self._start.source.file, *self._start.options.again]
        if self._start.options.reinit_mismatched and self._kept == self._start.resumed_from:
            # Nothing was written since, and that snapshot has other shapes than the net.
            words.append("--reinit-mismatched")
        command = shlex.join([*words, "--resume", str(self._kept)])
        return f"Stopped at iteration {self._iteration}; resume with: {command}"

    def _setup(self) -> Setup:
        start, net = self._start, self._nets.train
        return Setup(
            net=net.name,
            solver=f"{self._parameter.type}, lr_policy {self._parameter.lr_policy}, "
            f"base_lr {self._parameter.base_lr:g}",
            devices=start.devices.names,
            params=sum(math.prod(param.shape) for param in net.params),
            sources=_sources((net, *self._nets.tests)),
            seed=start.state.seed,
            iteration=self._iteration,
            max_iter=self._schedule.max_iter,
            batch=max((s.layer.batch_size for s in net.sources), default=0)
            * self._solver.iter_size,
            loaded=start.loaded,
            notes=start.notes,
        )

    def _data(self) -> list[Source]:
        return [each for net in (self._nets.train, *self._nets.tests) for each in net.sources]


def _sources(nets: tuple[Net, ...]) -> dict[str, str]:
    return {
        f"{net.phase} data {source.name}": source.layer.describe()
        for net in nets
        for source in net.sources
    }
