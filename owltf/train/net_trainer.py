"""The Python class to train a net with; it does what the command `owltf run` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from owltf.caffe.file_kind import SOLVER
from owltf.caffe.net.net_file import open_net_file
from owltf.convert.context import NetContext, check_flags
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.plugin.manager import make_manager, registered
from owltf.plugin.run_options import default_values
from owltf.registry.registry import Registry
from owltf.runtime.cluster import read_cluster
from owltf.runtime.devices import choose_devices
from owltf.train.history import History, HistoryRecorder
from owltf.train.prepare import PreparedRun, RunOptions, prepare
from owltf.train.report import REPORT
from owltf.train.report.lines import LineReport
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
        weights: caffemodels to start from, as paths; where two hold a layer, the later one wins.
        resume: a solverstate to go on from, or "auto" for the newest whole one of the prefix.
        callbacks: objects with hooks of a run, marked with `owltf.api.hookimpl`.
        report: an object with hooks that reports on the run; lines like Caffe's unless given.
        plugin_options: values of the options that plugins add to `owltf run`, by name.
        **flags: other fields of the `NetContext`, such as `allow_python_layers=True`, which runs
            the code of the nets' Python layers.
    """

    def __init__(
        self,
        solver_file: str | Path,
        snapshot: int = 0,
        num_gpu: int = 1,
        *,
        weights: str | Path | Sequence[str | Path] = (),
        resume: str | Path | None = None,
        callbacks: Sequence[object] = (),
        report: object | None = None,
        plugin_options: Mapping[str, Any] | None = None,
        **flags: Any,
    ) -> None:
        check_flags(NetTrainer, flags)
        self.solver_file = solver_file
        self.snapshot = snapshot
        self.num_gpu = num_gpu
        self.plugin_options = plugin_options or {}
        self.flags = flags
        self.weights = [weights] if isinstance(weights, str | Path) else list(weights)
        self.resume = resume
        self.callbacks = list(callbacks)
        self._report = LineReport() if report is None else report
        self._start: PreparedRun | None = None

    def build_net(self) -> None:
        """Build the nets, and load the weights of the snapshot.

        Raises:
            OwltfError: if a file is missing or wrong, or there are fewer GPUs.
        """
        registry = Registry(make_manager())
        file = open_net_file(self.solver_file, registry.schema, wanted=SOLVER)
        context = NetContext(registry, "TRAIN", **self.flags)
        devices = choose_devices(num_gpu=self.num_gpu, cluster=read_cluster())
        values = {**default_values(registry.manager), **self.plugin_options}
        options = RunOptions(
            snapshot=self.snapshot,
            resume=None if self.resume is None else Path(self.resume),
            weights=[Path(each) for each in self.weights],
            reinit_mismatched=True,
            plugin_options=values,
        )
        self._start = prepare(file, context, devices, options)

    @property
    def net(self) -> Net:
        """The TRAIN net.

        Raises:
            OwltfError: before `build_net`.
        """
        if self._start is None:
            raise OwltfError("call build_net() first")
        return self._start.nets.train

    def run(self) -> History:
        """Train to `max_iter`, or go on where the last call ended.

        Returns:
            The losses, the rates and the tests, as arrays; and how the run ended.

        Raises:
            OwltfError: before `build_net`, or if the loss is not a number.
        """
        if self._start is None:
            raise OwltfError("call build_net() first")
        with registered(self._start.registry.manager, self._report, REPORT):
            recorder = HistoryRecorder()
            trainer = Trainer(self._start, [recorder, *self.callbacks])
            try:
                return recorder.history(trainer.run(), self._start.solver)
            finally:
                self._start = trainer.position()
