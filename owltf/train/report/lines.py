"""Reports a run in the lines of Caffe's log, for files and for programs that read logs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from owltf.plugin.events import Display, Ending, Scores, Setup
from owltf.registry.markers import hookimpl
from owltf.train.report.glog import glog_prefix
from owltf.train.report.summary import Summary


class LineReport:
    """Writes lines for each event of a run.

    Args:
        write: writes a line; prints it unless given.
    """

    def __init__(self, write: Callable[[str], None] = print) -> None:
        self._print = write
        self._is_lost = False
        self._summary = Summary()
        self._shown, self._since = 0, time.monotonic()

    def _write(self, line: str) -> None:
        """Write a line; none once that has failed, as a run goes on without its output."""
        if self._is_lost:
            return
        frame = sys._getframe(1)
        place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        try:
            self._print(glog_prefix(place) + line)
        except OSError as error:
            self._is_lost = True
            reason = str(error.strerror).lower()
            with suppress(OSError):
                print(f"the output cannot be written ({reason}); going on", file=sys.stderr)

    @contextmanager
    def starting(self, what: str) -> Iterator[None]:
        """Print what is done before the run begins, which can take a while."""
        self._write(what)
        yield

    @hookimpl(tryfirst=True)
    def owltf_run_started(self, setup: Setup) -> None:
        """Print the net, the devices, the data and the weights that were loaded."""
        self._summary.begin()
        self._shown, self._since = setup.iteration, time.monotonic()
        for line in setup_lines(setup):
            self._write(line)

    @hookimpl(tryfirst=True)
    def owltf_testing(self, iteration: int, net_index: int) -> None:
        """Print that a test begins."""
        self._write(f"Iteration {iteration}, Testing net (#{net_index})")

    @hookimpl(tryfirst=True)
    def owltf_tested(self, scores: Scores) -> None:
        """Print each output's mean."""
        self._summary.tests.add(scores)
        if scores.loss is not None:
            self._write(f"Test loss: {scores.loss:g}")
        for line in output_lines("Test", scores.outputs, scores.loss_weights):
            self._write(line)

    @hookimpl(tryfirst=True)
    def owltf_displayed(self, display: Display, setup: Setup) -> None:
        """Print loss, speed, outputs and rate of an iteration."""
        self.show(display, setup.display)

    def show(self, display: Display, interval: int) -> None:
        """Print loss, speed, outputs and rate of an iteration.

        Args:
            display: its figures.
            interval: iterations between two that are displayed.
        """
        speed = "" if display.rate is None else f" ({self._speed(display.iteration, interval)})"
        self._write(f"Iteration {display.iteration}, loss = {display.loss:g}{speed}")
        for line in output_lines("Train", display.outputs, display.loss_weights):
            self._write(line)
        if display.rate is not None:
            self._write(f"Iteration {display.iteration}, lr = {display.rate:g}")

    def _speed(self, iteration: int, interval: int) -> str:
        """Return the iterations a second since the last display, tests included, as Caffe does.

        Caffe says it before the loss, where its own parse_log.sh, which counts words, then takes a
        part of it for the loss.
        """
        done, passed = iteration - self._shown, time.monotonic() - self._since
        self._shown, self._since = iteration, time.monotonic()
        return f"{done / (passed or 1):g} iter/s, {passed:g}s/{interval} iters"

    @hookimpl(tryfirst=True)
    def owltf_snapshot(self, caffemodel: Path, solverstate: Path) -> None:
        """Print the two files."""
        self._summary.add_snapshot(solverstate)
        kind = "HDF5" if caffemodel.suffix == ".h5" else "binary proto"
        self._write(f"Snapshotting to {kind} file {caffemodel}")
        self._write(f"Snapshotting solver state to {kind} file {solverstate}")

    @hookimpl(tryfirst=True)
    def owltf_run_ended(self, ending: Ending, setup: Setup) -> None:
        """Print what the run came to, then Caffe's last line, or how to resume."""
        if ending.reason == "failed":
            return
        for line in self._summary.lines(setup):
            self._write(line)
        if ending.reason == "finished" and not ending.message:
            self._write("Optimization Done.")
        else:
            self._write("Optimization stopped early.")
            self._write(ending.message)


def setup_lines(setup: Setup) -> Iterator[str]:
    """Yield the lines that describe a run before it begins."""
    yield f"Solving {setup.net}"
    yield f"Solver: {setup.solver}; {setup.params:,} parameters; random seed {setup.seed}"
    yield f"Devices: {', '.join(setup.devices)}; {setup.batch} images an iteration"
    for name, source in setup.sources.items():
        yield f"{name}: {source}"
    for file, loaded in setup.loaded.items():
        yield f"Weights from {file}: {loaded.summary()}"
    yield from setup.notes
    if setup.iteration:
        yield f"Resuming at iteration {setup.iteration} of {setup.max_iter}"


def output_lines(
    phase: str, outputs: Mapping[str, Any], weights: Mapping[str, float]
) -> Iterator[str]:
    """Yield a line for each value of a net's outputs, in Caffe's form.

    Args:
        phase: "Train" or "Test".
        outputs: arrays by blob name.
        weights: the weight of each output that is a loss, by name.
    """
    values = ((name, value) for name, array in outputs.items() for value in array.ravel().tolist())
    for number, (name, value) in enumerate(values):
        weight = weights.get(name, 0)
        weighted = f" (* {weight:g} = {weight * value:g} loss)" if weight else ""
        yield f"    {phase} net output #{number}: {name} = {value:g}{weighted}"
