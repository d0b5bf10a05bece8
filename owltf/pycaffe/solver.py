"""Solver: trains a net as a script tells it, as pycaffe's solvers do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from owltf.plugin.events import Display, Scores
from owltf.pycaffe.errors import caffe_errors, check_file
from owltf.pycaffe.net import Net
from owltf.pycaffe.settings import SETTINGS
from owltf.pycaffe.solver_file import SolverFile
from owltf.pycaffe.solver_nets import SolverNets
from owltf.pycaffe.solver_snapshot import restore_snapshot, write_snapshot
from owltf.pycaffe.updater import Updater
from owltf.train.report.lines import LineReport
from owltf.train.schedule import Schedule

Callback = Callable[[], object]


class Solver:
    """Trains a net by the rule that its class is of; `get_solver` chooses by the file's `type`.

    Args:
        solver_file: the prototxt of the solver.

    Attributes:
        net: the net that is trained.
        test_nets: the nets that are tested, which have its weights.
        param: the `SolverParameter`; a script may change it between two steps.
        iter: the number of updates made.

    Raises:
        RuntimeError: if a file is missing or wrong, or a net cannot be built.
    """

    _type: str | None = None

    def __init__(self, solver_file: str) -> None:
        SETTINGS.check_alone()
        path = check_file(str(solver_file))
        with caffe_errors(), SETTINGS.place():
            self._file = SolverFile.read(path, self._type)
            nets = SolverNets.of(self._file)
        self.param = self._file.parameter
        self.net = Net._of(nets.train)
        self.test_nets = [Net._of(each) for each in nets.tests]
        self.iter = 0
        self._losses: deque[float] = deque(maxlen=max(1, self.param.average_loss))
        self._callbacks: list[tuple[Callback, Callback]] = []
        self._known: tuple[bytes, Updater] | None = None
        self._report = LineReport(SETTINGS.write_log)

    def step(self, n: int) -> None:
        """Run `n` iterations: each tests when it is due, updates the weights, and snapshots.

        After it `diff` of a parameter holds what was subtracted from its weights, as in Caffe.

        Raises:
            RuntimeError: if a layer cannot compute.
        """
        for _ in range(n):
            self._iterate(Schedule.of(self.param))

    def _iterate(self, schedule: Schedule) -> None:
        self.net.clear_param_diffs()
        if schedule.tests(self.iter):
            self._test_all()
        for on_start, _ in self._callbacks:
            on_start()
        passes = max(1, self.param.iter_size)
        self._losses.append(sum(self._pass() for _ in range(passes)) / passes)
        if schedule.displays(self.iter):
            self._display()
        for _, on_gradients_ready in self._callbacks:
            on_gradients_ready()
        self.apply_update()
        self.iter += 1
        if schedule.snapshots(self.iter):
            self.snapshot()

    def _pass(self) -> float:
        self.net._forward_backward()
        return self.net._loss()

    def solve(self, resume_file: str | None = None) -> None:
        """Train up to `max_iter`, then snapshot, display and test as Caffe does at the end.

        Args:
            resume_file: a solverstate to go on from.
        """
        if resume_file:
            self.restore(resume_file)
        self.step(self.param.max_iter - self.iter)
        schedule = Schedule.of(self.param)
        if schedule.snapshots_at_end(self.iter):
            self.snapshot()
        if schedule.displays(self.iter):
            self.net.forward()
            self._losses.append(self.net._loss())
            self._report.show(Display(self.iter, self._smoothed), self.param.display)
        if schedule.tests(self.iter):
            self._test_all()
        SETTINGS.write_log("Optimization Done.")

    def apply_update(self) -> None:
        """Change the weights by what `diff` of each parameter holds, by the solver's rule."""
        with caffe_errors(), SETTINGS.place():
            self._updater.apply(self._rate, self.iter)

    @property
    def _rate(self) -> Any:
        return self._file.rate(self.iter)

    @property
    def _updater(self) -> Updater:
        """What updates the weights, made anew where the parameters or the weights are others."""
        key, state = self._file.rule_key, self.net._state
        if (
            self._known is None
            or self._known[0] != key
            or self._known[1].listed is not state.params
        ):
            made = Updater(state, self._file.solver_class, self.param)
            if self._known is not None:
                made.solver.set_history(made.params, self._history)
            self._known = key, made
        return self._known[1]

    @property
    def _history(self) -> Sequence[np.ndarray]:
        assert self._known is not None
        return self._known[1].solver.history(self._known[1].params)

    def add_callback(self, on_start: Any, on_gradients_ready: Callback | None = None) -> None:
        """Call functions in each iteration: before its passes, and before its update.

        Args:
            on_start: the first function; or an `NCCL`, which has nothing to do on one device.
            on_gradients_ready: the second.
        """
        if on_gradients_ready is not None:
            self._callbacks.append((on_start, on_gradients_ready))

    def share_weights(self, net: Net) -> None:
        """Train the weights of another net, in the layers that have the same name there."""
        self.net.share_with(net)

    def snapshot(self) -> None:
        """Write the weights and the solver's state beside `snapshot_prefix`, as Caffe names them.

        Raises:
            RuntimeError: if they cannot be written.
        """
        with caffe_errors():
            self.net._state.memories.push()
            history = self._updater.solver.history(self._updater.params)
            files = write_snapshot(self._file, self.net._state, self.iter, history)
        self._report.owltf_snapshot(*files)

    def restore(self, file: str) -> None:
        """Go on from a solverstate, and from the weights that it names.

        As in Caffe, the data layers stay at the record where they are.

        Raises:
            RuntimeError: if a file is missing or wrong, or of another net.
        """
        path = check_file(str(file))
        with caffe_errors():
            updater = self._updater
            self.iter = restore_snapshot(path, self.net._state, updater)

    def _test_all(self) -> None:
        for index, (net, count) in enumerate(
            zip(self.test_nets, self.param.test_iter, strict=False)
        ):
            self._report.owltf_testing(self.iter, index)
            self._report.owltf_tested(self._tested(net, count, index))

    def _tested(self, net: Net, count: int, index: int) -> Scores:
        """Return the mean of a net's outputs over its next batches."""
        sums: dict[str, Any] = {}
        loss = 0.0
        for _ in range(count):
            for name, value in net.forward().items():
                sums[name] = sums.get(name, 0.0) + value
            loss += net._loss()
        means = {name: np.asarray(value / count) for name, value in sums.items()}
        has_loss = self.param.test_compute_loss
        weights = net.blob_loss_weights
        return Scores(self.iter, index, loss / count if has_loss else None, means, weights)

    @property
    def _smoothed(self) -> float:
        return sum(self._losses) / len(self._losses)

    def _display(self) -> None:
        outputs = {name: self.net.blobs[name].data for name in self.net.outputs}
        rate, weights = float(self._rate), self.net.blob_loss_weights
        shown = Display(self.iter, self._smoothed, rate, outputs, weights)
        self._report.show(shown, self.param.display)


class SGDSolver(Solver):
    """Stochastic gradient descent with momentum."""

    _type = "SGD"


class NesterovSolver(Solver):
    """Nesterov's accelerated gradient."""

    _type = "Nesterov"


class AdaGradSolver(Solver):
    """Rates that shrink by the sum of squared gradients."""

    _type = "AdaGrad"


class RMSPropSolver(Solver):
    """Rates that follow a mean of squared gradients."""

    _type = "RMSProp"


class AdaDeltaSolver(Solver):
    """Rates that follow means of squared gradients and of squared changes."""

    _type = "AdaDelta"


class AdamSolver(Solver):
    """Means of gradients and of squared gradients, corrected for their start."""

    _type = "Adam"


_CLASSES = {each._type: each for each in Solver.__subclasses__()}


def get_solver(solver_file: str) -> Solver:
    """Return the solver of a file, of the class that its `type` names."""
    path = check_file(str(solver_file))
    with caffe_errors():
        name = SolverFile.read(path).parameter.type
    return _CLASSES.get(name, Solver)(solver_file)
