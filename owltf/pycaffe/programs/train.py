"""train.py: trains a net, as Caffe's program that takes several GPUs; here on one."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

import owltf.pycaffe as caffe
from owltf.errors import OwltfError
from owltf.pycaffe.programs.one_line import one_line_errors


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the net of the solver that the command line names."""
    parser = ArgumentParser("train.py", description="Trains a net, on one GPU or on the CPU.")
    add = parser.add_argument
    add("--solver", required=True, help="the solver's prototxt")
    add("--snapshot", help="a solverstate to go on from")
    add("--gpus", type=int, nargs="+", default=[0], help="the number of the GPU (default: 0)")
    add("--timing", action="store_true", help="print how long each layer takes, layer by layer")
    given = parser.parse_args(arguments)
    with one_line_errors("train.py"):
        if len(given.gpus) > 1:
            numbers = ",".join(map(str, given.gpus))
            raise OwltfError(
                f"a script trains on one GPU; `owltf run {given.solver} --gpu {numbers}` trains "
                "on several"
            )
        caffe.set_device(given.gpus[0])
        solver = caffe.get_solver(given.solver)
        if given.timing:
            LayerTimes(solver)
        solver.solve(given.snapshot)


class LayerTimes:
    """Prints how long each layer of a solver's net takes, where the solver displays its loss.

    Args:
        solver: the solver.
    """

    def __init__(self, solver: Any) -> None:
        self._solver, self._total = solver, caffe.Timer()
        count = len(solver.net.layers)
        self._forward = [caffe.Timer() for _ in range(count)]
        self._backward = [caffe.Timer() for _ in range(count)]
        for direction, timers in (("forward", self._forward), ("backward", self._backward)):
            before = getattr(solver.net, f"before_{direction}")
            after = getattr(solver.net, f"after_{direction}")
            before(lambda layer, timers=timers: timers[layer].start())
            after(lambda layer, timers=timers: timers[layer].stop())
        solver.add_callback(self._total.start, self._show)

    def _show(self) -> None:
        self._total.stop()
        display = self._solver.param.display
        if not display or self._solver.iter % display:
            return
        names = list(enumerate(self._solver.net._layer_names))
        for index, name in names:
            caffe.log(f"forw {index:3d} {name:>8} : {self._forward[index].ms:.2f}")
        for index, name in reversed(names):
            caffe.log(f"back {index:3d} {name:>8} : {self._backward[index].ms:.2f}")
        caffe.log(f"solver total: {self._total.ms:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
