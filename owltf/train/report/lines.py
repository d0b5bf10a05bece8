"""Lines of the shape of Caffe's own log, for files and for people's log parsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from owltf.train.report.report import Display, Output, Report, Scores, Setup


class LineReport(Report):
    """Prints a line for each event.

    Args:
        write: takes a line.
    """

    def __init__(self, write: Callable[[str], None] = print) -> None:
        self._write = write

    def started(self, setup: Setup) -> None:
        """Print the net, the devices, the sources and what was loaded."""
        for line in setup_lines(setup):
            self._write(line)

    def displayed(self, display: Display) -> None:
        """Print loss, outputs and rate of an iteration."""
        self.last_loss(display.iteration, display.loss)
        for line in output_lines("Train", display.outputs):
            self._write(line)
        self._write(f"Iteration {display.iteration}, lr = {display.rate:g}")

    def last_loss(self, iteration: int, loss: float) -> None:
        """Print a loss."""
        self._write(f"Iteration {iteration}, loss = {loss:g}")

    def testing(self, iteration: int, index: int) -> None:
        """Print that a test begins."""
        self._write(f"Iteration {iteration}, Testing net (#{index})")

    def tested(self, tested: Scores) -> None:
        """Print each output's mean."""
        if tested.loss is not None:
            self._write(f"Test loss: {tested.loss:g}")
        for line in output_lines("Test", tested.outputs):
            self._write(line)

    def snapshot(self, caffemodel: Path, solverstate: Path) -> None:
        """Print the two files."""
        kind = "HDF5" if caffemodel.suffix == ".h5" else "binary proto"
        self._write(f"Snapshotting to {kind} file {caffemodel}")
        self._write(f"Snapshotting solver state to {kind} file {solverstate}")

    def finished(self) -> None:
        """Print Caffe's last line."""
        self._write("Optimization Done.")

    def stopped(self, message: str) -> None:
        """Print that the run ended early."""
        self._write("Optimization stopped early.")
        self._write(message)


def setup_lines(setup: Setup) -> Iterator[str]:
    """Yield what is about to run, a line each."""
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


def output_lines(phase: str, outputs: Sequence[Output]) -> Iterator[str]:
    """Yield a line for each value of a net's outputs, as Caffe prints them."""
    number = 0
    for output in outputs:
        for value in output.values:
            weighted = f" (* {output.weight:g} = {output.weight * value:g} loss)"
            yield (
                f"    {phase} net output #{number}: {output.name} = {value:g}"
                f"{weighted if output.weight else ''}"
            )
            number += 1
