"""Trains from the first iteration to the last: tests, displays, updates and snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from owltf.errors import OwltfError
from owltf.net.batches import batches, positions_after
from owltf.net.data_errors import plain_errors
from owltf.net.skipped_records import tell_skipped
from owltf.net.source import Source
from owltf.plugin.events import Ending, Setup
from owltf.plugin.manager import run_plugins
from owltf.registry.hook_errors import HookError
from owltf.runtime.threads import threads
from owltf.snapshot.lock import locked
from owltf.snapshot.run_state import RunState
from owltf.train.all_tests import AllTests
from owltf.train.clock import Clock
from owltf.train.displays import Displays
from owltf.train.divergence import check_loss
from owltf.train.early_end import EarlyEnd
from owltf.train.loss_scale import LossScale
from owltf.train.lost_worker import lost_worker
from owltf.train.prepare import PreparedRun
from owltf.train.quiet_hook import QuietHook
from owltf.train.recurrent_states import RecurrentStates
from owltf.train.run_setup import outputs_of, rate_of, run_setup
from owltf.train.run_snapshots import RunSnapshots
from owltf.train.signals import Signals
from owltf.train.step import TrainStep
from owltf.train.timed_batches import TimedBatches
from owltf.train.watchers import Watchers


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
        self._snapshots = RunSnapshots(start, self._recurrent)
        self._iteration = self._first = start.state.iteration
        is_scaled = start.nets.train.context.precision == "float16"
        self._loss_scale = LossScale(start.state.loss_scale) if is_scaled else None
        data = TimedBatches(batches(self._nets.train, start.state.train))
        self._train = TrainStep(
            self._nets.train,
            self._solver,
            start.devices,
            data,
            self._signals.pause,
            allow_nan=start.options.allow_nan,
            loss_scale=self._loss_scale,
            debug_info=self._parameter.debug_info,
        )
        self._clock = Clock(lambda: int(start.solver.iterations.numpy()), data.seconds)
        self._early_end = EarlyEnd(start.devices)
        self._setup = self._live(run_setup(start))
        self._displays = Displays(start, self._hook, self._setup)
        self._tests = AllTests(start, self._recurrent, self._signals, self._hook, self._setup)

    def _live(self, setup: Setup) -> Setup:
        """Add what can be asked of a run while it goes on."""
        return replace(
            setup,
            current_loss=self._train.current_loss,
            images_per_second=lambda: self._clock.updates_per_second() * setup.batch,
            waiting=self._clock.waiting,
            stop=self._early_end.ask,
        )

    @property
    def iteration(self) -> int:
        """The number of updates made so far."""
        return self._iteration

    def position(self) -> PreparedRun:
        """Return the run as it stands now, for another trainer to go on with."""
        return replace(self._start, state=self._state(), resumed_from=self._snapshots.last)

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
            lost = lost_worker(self._devices, self._snapshots.stands)
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
            lambda iteration: rate_of(self._solver, iteration),
            are_told=self._devices.is_chief,
        )

    def _step(self) -> None:
        """Train as Caffe's `Step` does: test, display, update, snapshot."""
        while self._iteration < self._schedule.max_iter:
            if self._schedule.tests(self._iteration):
                self._tests.run(self._iteration)
            if self._signals.stopped_by or self._early_end.is_asked():
                return
            watched = self._watchers.intervals
            self._update(self._schedule.until_event(self._iteration, watched))
            if self._snapshot_due():
                self._snapshot()
            if self._signals.stopped_by or self._early_end.is_asked():
                return

    def _update(self, count: int) -> None:
        with self._clock.call():
            # The call in which TensorFlow compiles is short, so that it does not spoil the speed.
            ran = self._train.run(count if self._clock.is_warm else 1)
        self._signals.agree()
        losses, outputs = ran.losses.tolist(), outputs_of(self._nets.train, ran.outputs)
        self._iteration += len(losses)
        self._displays.add(*losses)
        self._watchers.computed(self._iteration, losses, outputs)
        self._check_loss(losses[-1])
        last = self._iteration - 1
        if self._schedule.displays(last):
            self._displays.show(last, outputs)

    def _check_loss(self, loss: float) -> None:
        if self._start.options.allow_nan:
            return
        try:
            check_loss(loss, self._iteration - 1, self._snapshots.stands())
        except OwltfError:
            self._watchers.tell_the_rest(self._iteration)
            raise

    def _snapshot_due(self) -> bool:
        asked = self._signals.snapshot_wanted or self._signals.stopped_by is not None
        return self._schedule.snapshots(self._iteration) or asked

    def _snapshot(self) -> None:
        if self._iteration != self._snapshots.iteration:
            self._tell_of_snapshot(*self._snapshots.save(self._state()))
        self._signals.snapshot_made()

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
            test=self._tests.positions(),
            losses=self._displays.losses,
            loss_scale=self._loss_scale.state if self._loss_scale else (),
            threads=threads(),
        )

    def _finish(self) -> Ending:
        self._watchers.tell_the_rest(self._iteration)
        if self._ends_early() and not self._signals.stopped_by:
            self._snapshot()
            return Ending("finished", self._iteration, self._early_end.reason)
        if not self._signals.stopped_by:
            self._end()
        if self._signals.stopped_by:
            # The signal may have come in a test, after updates that no snapshot holds.
            self._snapshot()
            return Ending(
                "stopped", self._iteration, self._snapshots.how_to_resume(self._iteration)
            )
        return Ending("finished", self._iteration)

    def _ends_early(self) -> bool:
        return bool(self._early_end.reason) and self._iteration < self._schedule.max_iter

    def _end(self) -> None:
        """Do what Caffe's `Solve` does after the last update: snapshot, display, test."""
        if self._schedule.snapshots_at_end(self._iteration):
            self._snapshot()
        # The pass of the last display moves BatchNorm's statistics, which the last test sees. The
        # net that is left is the last snapshot's.
        with self._train.kept_statistics():
            if self._schedule.displays(self._iteration):
                states = self._recurrent.get()
                loss = self._train.loss()
                self._recurrent.set(states)
                self._displays.show_last(self._iteration, loss)
            if self._schedule.tests(self._iteration):
                self._tests.run(self._iteration)

    def _rescued(self, error: HookError) -> HookError:
        """Save the run after a plugin failed; return its error with the command that resumes."""
        try:
            # What recurrent layers carry on other machines is out of reach now.
            if self._iteration != self._snapshots.iteration and not self._recurrent.are_elsewhere:
                paths = self._snapshots.save(self._state())
                # The plugin that failed may fail again.
                with suppress(HookError):
                    self._tell_of_snapshot(*paths)
        except OwltfError as other:
            return HookError(f"{error}; {other}")
        how = self._snapshots.how_to_resume(self._iteration)
        return HookError(f"{error}; {how[0].lower()}{how[1:]}")

    def _tell_of(self, error: BaseException) -> None:
        """Tell plugins that the run failed; an error of theirs must not hide the first one."""
        ending = Ending("failed", self._iteration, str(error), error)
        with suppress(HookError):
            self._hook.owltf_run_ended(ending=ending, setup=self._setup)

    def _data(self) -> list[Source]:
        return [each for net in (self._nets.train, *self._nets.tests) for each in net.sources]
