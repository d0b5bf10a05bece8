"""NetTrainer: owl.net's way to train, over the same objects as `owltf run`."""

from __future__ import annotations

from pathlib import Path

from owltf.caffe.find_file import find_file
from owltf.caffe.net.read import read_solver
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry
from owltf.runtime.devices import choose_devices
from owltf.train.prepare import PreparedRun, RunOptions, prepare
from owltf.train.report.lines import LineReport
from owltf.train.report.report import Report
from owltf.train.trainer import Trainer


class NetTrainer:
    """Trains the net of a solver file.

        trainer = NetTrainer("lenet_solver.prototxt")
        trainer.build_net()
        trainer.run()

    Args:
        solver_file: a solver's prototxt.
        snapshot: the index of the snapshot to go on from, that of iteration
            snapshot x `solver.snapshot`; 0 starts anew.
        num_gpu: how many GPUs share each batch; 1 is the CPU where there is no GPU.
        report: what tells people of the run; lines like Caffe's unless given.
        allow_python_layers: run the code of the nets' Python layers.
    """

    def __init__(
        self,
        solver_file: str | Path,
        snapshot: int = 0,
        num_gpu: int = 1,
        *,
        report: Report | None = None,
        allow_python_layers: bool = False,
    ) -> None:
        self.solver_file = solver_file
        self.snapshot = snapshot
        self.num_gpu = num_gpu
        self.allow_python_layers = allow_python_layers
        self._report = report or LineReport()
        self._start: PreparedRun | None = None

    def build_net(self) -> None:
        """Build the nets, and take the weights of the snapshot.

        Raises:
            OwltfError: if a file is missing or wrong, or there are fewer GPUs.
        """
        registry = Registry(make_manager())
        source = read_solver(find_file(str(self.solver_file), None), registry.schema)
        devices = choose_devices(num_gpu=self.num_gpu)
        options = RunOptions(
            snapshot=self.snapshot,
            reinit_mismatched=True,
            allow_python_layers=self.allow_python_layers,
        )
        self._start = prepare(source, registry, devices, options)

    @property
    def net(self) -> Net:
        """The TRAIN net.

        Raises:
            OwltfError: before `build_net`.
        """
        if self._start is None:
            raise OwltfError("call build_net() first")
        return self._start.nets.train

    def run(self) -> int:
        """Train to `max_iter`.

        Returns:
            0, or 128 plus the number of the signal that ended the run.

        Raises:
            OwltfError: before `build_net`, or if the loss is not a number.
        """
        if self._start is None:
            raise OwltfError("call build_net() first")
        return Trainer(self._start, self._report).run()
