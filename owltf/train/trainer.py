"""Trains from the first iteration to the last: tests, displays, updates and snapshots."""

from __future__ import annotations

import math
import shlex
from collections import deque
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from owltf.errors import OwltfError
from owltf.net.batches import batches, positions_after
from owltf.net.data_errors import plain_errors
from owltf.net.skipped_records import tell_skipped
from owltf.net.source import Source
from owltf.plugin.events import Display, Ending, Scores, Setup
from owltf.plugin.manager import run_plugins
from owltf.registry.hook_errors import HookError
from owltf.snapshot.lock import locked
from owltf.snapshot.run_state import RunState, threads
from owltf.snapshot.write import write_snapshot
from owltf.train.clock import Clock
from owltf.train.evaluation import Evaluation
from owltf.train.loss_scale import LossScale
from owltf.train.lost_worker import lost_worker
from owltf.train.prepare import PreparedRun
from owltf.train.quiet_hook import QuietHook
from owltf.train.recurrent_states import RecurrentStates
from owltf.train.run_setup import loss_weights, outputs_of, rate_of, run_setup
from owltf.train.signals import Signals
from owltf.train.step import Ran, TrainStep
from owltf.train.watchers import Watchers

_DISABLE = "--disable-plugin"


class Trainer:
    """Executes a prepared run, and calls the hooks of its plugins.

    Args:
        start: the nets, the solver, and the state to start from.
        callbacks: objects with hooks, which are plugins for this run.
    """

    def __init__(self, start: PreparedRun, callbacks: Sequence[object] = ()) -> None:
        self._start, self._callbacks = start, callbacks
        self._parameter = start.source.parameter
        self._schedule, self._nets, self._solver = start.schedule, start.nets, start.solver
        self._devices = start.devices
        is_chief = start.devices.is_chief
        self._hook: Any = start.registry.manager.hook if is_chief else QuietHook()
        self._recurrent = RecurrentStates(start.nets, start.devices)
        options = start.options
        self._signals = Signals(options.sigint_effect, options.sighup_effect, start.devices)
        self._iteration = self._first = self._saved = start.state.iteration
        self._kept = start.resumed_from
        self._losses = deque(start.state.losses, maxlen=self._parameter.average_loss)
        self._tested = [0] * len(self._nets.tests)
        is_scaled = start.nets.train.context.precision == "float16"
        self._loss_scale = LossScale(start.state.loss_scale) if is_scaled else None
        self._train = TrainStep(
            self._nets.train,
            self._solver,
            start.devices,
            batches(self._nets.train, start.state.train),
            self._signals.pause,
            allow_nan=start.options.allow_nan,
            loss_scale=self._loss_scale,
            debug_info=self._parameter.debug_info,
        )
        self._clock = Clock(lambda: int(start.solver.iterations.numpy()))
        self._enough = ""
        self._setup = self._live(run_setup(start))
        self._tests = [
            Evaluation(net, start.devices, batches(net, place), self._signals.end, self._parameter)
            for net, place in zip(self._nets.tests, start.state.test, strict=True)
        ]

    def _live(self, setup: Setup) -> Setup:
        """Add what can be asked of a run while it goes on."""
        return replace(
            setup,
            current_loss=self._train.current_loss,
            images_per_second=lambda: self._clock.updates_per_second() * setup.batch,
            stop=self._stop,
        )

    def _is_enough(self) -> bool:
        """Return whether a plugin ended the run; on several machines the chief's alone are told."""
        if any(self._devices.of_all(int(bool(self._enough)))):
            self._enough = self._enough or "the chief ended the run"
        return bool(self._enough)

    def _stop(self, reason: str) -> None:
        self._enough = self._enough or reason

    @property
    def iteration(self) -> int:
        """The number of updates made so far."""
        return self._iteration

    def position(self) -> PreparedRun:
        """Return the run as it stands now, for another trainer to go on with."""
        return replace(self._start, state=self._state(), resumed_from=self._kept)

    def run(self) -> int:
        """Train to `max_iter`.

        Returns:
            0, or 128 plus the number of the signal that ended the run.

        Raises:
            OwltfError: if the loss is not a number, the data turn out wrong, or a plugin fails.
        """
        manager = self._start.registry.manager
        lock = locked(self._start.prefix.path) if self._devices.is_chief else nullcontext()
        with lock, run_plugins(manager, self._setup, self._callbacks):
            return self._run()

    def _run(self) -> int:
        try:
            lost = lost_worker(self._devices, self._stands)
            with self._signals, lost, plain_errors(self._data()):
                self._begin()
                self._step()
                ending = self._finish()
        except HookError as error:
            failed = self._rescued(error)
            self._tell_of(failed)
            raise failed from error
        except BaseException as error:
            self._tell_of(error)
            raise
        self._hook.owltf_run_ended(ending=ending, setup=self._setup)
        tell_skipped(self._data())
        number = self._signals.stopped_by
        return 128 + number if number and ending.reason == "stopped" else 0

    def _begin(self) -> None:
        if self._devices.is_chief:
            self._start.prefix.remove_left_over()
        self._hook.owltf_run_started(setup=self._setup)
        self._watchers = Watchers(
            self._start.registry.manager,
            self._setup,
            self._rate,
            are_told=self._devices.is_chief,
        )

    def _step(self) -> None:
        """Train as Caffe's `Step` does: test, display, update, snapshot."""
        while self._iteration < self._schedule.max_iter:
            if self._schedule.tests(self._iteration):
                self._test_all()
            if self._signals.stopped_by or self._is_enough():
                return
            watched = self._watchers.intervals
            self._update(self._schedule.until_event(self._iteration, watched))
            if self._snapshot_due():
                self._snapshot()
            if self._signals.stopped_by or self._is_enough():
                return

    def _update(self, count: int) -> None:
        with self._clock.call():
            # The call in which TensorFlow compiles is short, so that it does not spoil the speed.
            ran = self._train.run(count if self._clock.is_warm else 1)
        self._signals.agree()
        losses = ran.losses.tolist()
        self._iteration += len(losses)
        self._losses.extend(losses)
        self._watchers.computed(self._iteration, losses, self._outputs(ran))
        self._check_loss(losses[-1])
        last = self._iteration - 1
        if self._schedule.displays(last):
            self._display(last, ran)

    def _check_loss(self, loss: float) -> None:
        if not math.isfinite(loss) and not self._start.options.allow_nan:
            self._watchers.tell_the_rest(self._iteration)
            raise self._diverged(f"the loss is {loss} at iteration {self._iteration - 1}")

    def _check_weights(self) -> None:
        """Refuse to save weights that are not numbers; the loss would show them only later."""
        if self._start.options.allow_nan:
            return
        for param in self._nets.train.params:
            if not np.isfinite(param.variable.numpy()).all():
                last = self._iteration - 1
                raise self._diverged(
                    f"the weights of layer '{param.layer}' are not finite after iteration {last}"
                )

    def _diverged(self, what: str) -> OwltfError:
        return OwltfError(
            f"{what}; {self._stands()}; try a smaller base_lr or clip_gradients, or go on with "
            f"--allow-nan"
        )

    def _stands(self) -> str:
        return f"the last snapshot, {self._kept}, stands" if self._kept else "nothing is saved"

    def _display(self, iteration: int, ran: Ran) -> None:
        self._show(
            Display(
                iteration,
                self._smoothed(),
                self._rate(iteration),
                self._outputs(ran),
                loss_weights(self._nets.train),
            )
        )

    def _show(self, display: Display) -> None:
        self._hook.owltf_displayed(display=display, setup=self._setup)

    def _rate(self, iteration: int) -> float:
        return rate_of(self._solver, iteration)

    def _outputs(self, ran: Ran) -> dict[str, Any]:
        return outputs_of(self._nets.train, ran.outputs)

    def _smoothed(self) -> float:
        return sum(self._losses) / len(self._losses)

    def _test_all(self) -> None:
        before, states = list(self._tested), self._recurrent.get()
        whole = False
        try:
            for index in range(len(self._tests)):
                if not self._signals.stopped_by:
                    self._test(index)
            whole = not self._signals.stopped_by
        finally:
            if not whole:
                # A run that resumes here tests again, with the same records.
                self._tested = before
                self._recurrent.set(states)

    def _test(self, index: int) -> None:
        self._hook.owltf_testing(iteration=self._iteration, net_index=index, setup=self._setup)
        wanted = self._parameter.test_iter[index]
        done, loss, means = self._tests[index].run(wanted)
        self._signals.agree()
        self._tested[index] += done
        if done < wanted:
            return
        net, shown = self._nets.tests[index], self._parameter.test_compute_loss
        scores = Scores(
            self._iteration,
            index,
            loss if shown else None,
            means,
            loss_weights(net),
        )
        self._hook.owltf_tested(scores=scores, setup=self._setup)

    def _snapshot_due(self) -> bool:
        asked = self._signals.snapshot_wanted or self._signals.stopped_by is not None
        return self._schedule.snapshots(self._iteration) or asked

    def _snapshot(self) -> None:
        if self._iteration != self._saved:
            self._tell_of_snapshot(*self._save())
        self._signals.snapshot_made()

    def _save(self) -> tuple[Path, Path]:
        """Write a snapshot; return its caffemodel and its solverstate."""
        self._check_weights()
        recurrent = self._recurrent.of_all()
        paths = self._start.prefix.files(self._iteration)[:2]
        if self._devices.is_chief:
            paths = write_snapshot(
                self._start.prefix,
                self._nets.train,
                self._solver,
                self._state(),
                self._start.registry.schema,
                recurrent,
            )
        self._saved, self._kept = self._iteration, paths[1]
        return paths

    def _tell_of_snapshot(self, caffemodel: Path, solverstate: Path) -> None:
        self._hook.owltf_snapshot(
            iteration=self._iteration,
            caffemodel=caffemodel,
            solverstate=solverstate,
            setup=self._setup,
        )

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
            loss_scale=self._loss_scale.state if self._loss_scale else (),
            threads=threads(),
        )

    def _finish(self) -> Ending:
        self._watchers.tell_the_rest(self._iteration)
        if self._ends_early() and not self._signals.stopped_by:
            self._snapshot()
            return Ending("finished", self._iteration, self._enough)
        if not self._signals.stopped_by:
            self._end()
        if self._signals.stopped_by:
            # The signal may have come in a test, after updates that no snapshot holds.
            self._snapshot()
            return Ending("stopped", self._iteration, self._how_to_resume())
        return Ending("finished", self._iteration)

    def _ends_early(self) -> bool:
        return bool(self._enough) and self._iteration < self._schedule.max_iter

    def _end(self) -> None:
        """Do what Caffe's `Solve` does after the last update: snapshot, display, test."""
        if self._schedule.snapshots_at_end(self._iteration):
            self._snapshot()
        # The pass of the last display moves BatchNorm's statistics, which the last test sees. The
        # net that is left is the last snapshot's.
        with self._train.kept_statistics():
            if self._schedule.displays(self._iteration):
                states = self._recurrent.get()
                self._losses.append(self._train.loss())
                self._recurrent.set(states)
                self._show(Display(self._iteration, self._smoothed()))
            if self._schedule.tests(self._iteration):
                self._test_all()

    def _rescued(self, error: HookError) -> HookError:
        """Save the run after a plugin failed; return its error with the command that resumes."""
        try:
            # What recurrent layers carry on other machines is out of reach now.
            if self._iteration != self._saved and not self._recurrent.are_elsewhere:
                paths = self._save()
                # The plugin that failed may fail again.
                with suppress(HookError):
                    self._tell_of_snapshot(*paths)
        except OwltfError as other:
            return HookError(f"{error}; {other}")
        how = self._how_to_resume()
        return HookError(f"{error}; {how[0].lower()}{how[1:]}")

    def _tell_of(self, error: BaseException) -> None:
        """Tell plugins that the run failed; an error of theirs must not hide the first one."""
        ending = Ending("failed", self._iteration, str(error), error)
        with suppress(HookError):
            self._hook.owltf_run_ended(ending=ending, setup=self._setup)

    def _how_to_resume(self) -> str:
        if self._kept is None:
            return "Stopped before the first update; nothing was written"
        options = self._start.options
        disabled = [word for name in options.disabled_plugins for word in (_DISABLE, name)]
        words = ["owltf", *disabled, "run", self._start.source.file, *options.again]
        if options.reinit_mismatched and self._kept == self._start.resumed_from:
            # The snapshot it resumed from is still the last one; its shapes differ from the net's.
            words.append("--reinit-mismatched")
        command = shlex.join([*words, "--resume", str(self._kept)])
        return f"Stopped at iteration {self._iteration}; resume with: {command}"

    def _data(self) -> list[Source]:
        return [each for net in (self._nets.train, *self._nets.tests) for each in net.sources]
