"""The Python class to train a net with; it does what the command `owltf run` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from owltf.caffe.file_kind import SOLVER
from owltf.caffe.net.batch_halves import check_by_halves
from owltf.caffe.net.net_file import open_net_file
from owltf.convert.context import NetContext, check_flags
from owltf.errors import OwltfError
from owltf.net.given_data import GivenData
from owltf.net.net import Net
from owltf.plugin.manager import make_manager, registered
from owltf.plugin.run_options import default_values
from owltf.registry.registry import Registry
from owltf.runtime.cluster import read_cluster
from owltf.runtime.devices import choose_devices
from owltf.train.history import History, HistoryRecorder
from owltf.train.keras_callbacks import KerasCallbacks, check_callback, is_keras_callback
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
        callbacks: objects with hooks of a run, marked with `owltf.api.hookimpl`; or Keras's
            callbacks, for which an epoch ends with each test.
        train_data: what to train on in place of the TRAIN net's data layers: arrays (x, y) in the
            order of their tops, a dict of arrays by top, or a `tf.data.Dataset` of batches; in
            Caffe's order (N, C, H, W). Arrays come in batches of the layer's `batch_size`.
        test_data: the same for the TEST net; a list of such where the solver has several.
        shuffle: take the records of `train_data`'s arrays in another order in each round.
        cpu_replicas: share each batch among so many replicas on the CPU instead of GPUs.
        half_batches: compute both halves of each batch at once, on a CPU of 2 to 4 threads on which
            TensorFlow has not started: it gets other threads, for all of the program.
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
        train_data: Any = None,
        test_data: Any = None,
        shuffle: bool = False,
        cpu_replicas: int | None = None,
        half_batches: bool = False,
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
        for each in filter(is_keras_callback, self.callbacks):
            check_callback(each)
        self._data = train_data, test_data
        self.shuffle, self.cpu_replicas = shuffle, cpu_replicas
        self.half_batches = half_batches
        self._report = LineReport() if report is None else report
        self._start: PreparedRun | None = None

    def build_net(self) -> None:
        """Build the nets, and load the weights of the snapshot.

        Raises:
            OwltfError: if a file is missing or wrong, there are fewer GPUs, or batches cannot be
                computed by halves.
        """
        registry = Registry(make_manager())
        file = open_net_file(self.solver_file, registry.schema, wanted=SOLVER)
        context = NetContext(
            registry,
            "TRAIN",
            train_data=self._train_data(),
            test_data=self._test_data(len(file.test_iter)),
            **self.flags,
        )
        devices = choose_devices(
            num_gpu=None if self.cpu_replicas else self.num_gpu,
            cpu_replicas=self.cpu_replicas,
            cluster=read_cluster(),
        )
        if self.half_batches:
            check_by_halves((file.source("TRAIN"), *file.tests))
        values = {**default_values(registry.manager), **self.plugin_options}
        options = RunOptions(
            snapshot=self.snapshot,
            resume=None if self.resume is None else Path(self.resume),
            weights=[Path(each) for each in self.weights],
            reinit_mismatched=True,
            half_batches=self.half_batches,
            plugin_options=values,
        )
        self._start = prepare(file, context, devices, options)

    def _train_data(self) -> GivenData | None:
        train, _ = self._data
        return None if train is None else GivenData("train_data", train, self.shuffle)

    def _test_data(self, nets: int) -> list[GivenData | None]:
        test = self._data[1]
        if test is None:
            return []
        if not nets:
            raise OwltfError(f"test_data: {self.solver_file} tests no net; give it a test_iter")
        several = test if nets > 1 else [test]
        if not isinstance(several, list) or len(several) != nets:
            raise OwltfError(
                f"test_data: must be a list with one entry for each of {nets} test nets"
            )
        return [None if each is None else GivenData("test_data", each) for each in several]

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
            trainer = Trainer(self._start, [recorder, *self._hooks(self._start)])
            try:
                return recorder.history(trainer.run(), self._start.solver)
            finally:
                self._start = trainer.position()

    def _hooks(self, start: PreparedRun) -> list[object]:
        """Return the callbacks as objects with hooks."""
        of_keras = [each for each in self.callbacks if is_keras_callback(each)]
        hooks = [each for each in self.callbacks if not is_keras_callback(each)]
        if of_keras:
            schedule = start.schedule
            tests = len(start.nets.tests) if schedule.test_interval else 0
            epoch = schedule.test_interval if tests else schedule.snapshot
            hooks.append(KerasCallbacks(of_keras, start.nets.train.model, epoch, tests))
        return hooks
