"""Reports a run in lines like those of Caffe's log, for files and for programs that read logs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from owltf.plugin.events import Display, Ending, Scores, Setup
from owltf.registry.markers import hookimpl


class LineReport:
    """Writes lines for each event of a run.

    Args:
        write: writes a line; prints it unless given.
    """

    def __init__(self, write: Callable[[str], None] = print) -> None:
        self._print = write
        self._is_lost = False

    def _write(self, line: str) -> None:
        """Write a line; none once that has failed, as a run goes on without its output."""
        if self._is_lost:
            return
        try:
            self._print(line)
        except OSError as error:
            self._is_lost = True
            reason = str(error.strerror).lower()
            with suppress(OSError):
                print(f"the output cannot be written ({reason}); going on", file=sys.stderr)

    @hookimpl(tryfirst=True)
    def owltf_run_started(self, setup: Setup) -> None:
        """Print the net, the devices, the data and the weights that were loaded."""
        for line in setup_lines(setup):
            self._write(line)

    @hookimpl(tryfirst=True)
    def owltf_testing(self, iteration: int, net_index: int) -> None:
        """Print that a test begins."""
        self._write(f"Iteration {iteration}, Testing net (#{net_index})")

    @hookimpl(tryfirst=True)
    def owltf_tested(self, scores: Scores) -> None:
        """Print each output's mean."""
        if scores.loss is not None:
            self._write(f"Test loss: {scores.loss:g}")
        for line in output_lines("Test", scores.outputs, scores.loss_weights):
            self._write(line)

    @hookimpl(tryfirst=True)
    def owltf_displayed(self, display: Display) -> None:
        """Print loss, outputs and rate of an iteration."""
        self._write(f"Iteration {display.iteration}, loss = {display.loss:g}")
        for line in output_lines("Train", display.outputs, display.loss_weights):
            self._write(line)
        if display.rate is not None:
            self._write(f"Iteration {display.iteration}, lr = {display.rate:g}")

    @hookimpl(tryfirst=True)
    def owltf_snapshot(self, caffemodel: Path, solverstate: Path) -> None:
        """Print the two files."""
        kind = "HDF5" if caffemodel.suffix == ".h5" else "binary proto"
        self._write(f"Snapshotting to {kind} file {caffemodel}")
        self._write(f"Snapshotting solver state to {kind} file {solverstate}")

    @hookimpl(tryfirst=True)
    def owltf_run_ended(self, ending: Ending) -> None:
        """Print Caffe's last line, or how to resume."""
        if ending.reason == "finished":
            self._write("Optimization Done.")
        elif ending.reason == "stopped":
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
