"""Solver runs of real Caffe, and a small net that runs anywhere."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.net.net_file import open_net_file
from owltf.convert.context import NetContext
from owltf.net.batches import batches
from owltf.plugin.events import Display, Ending, Scores
from owltf.plugin.manager import make_manager, registered
from owltf.registry.markers import hookimpl
from owltf.registry.registry import Registry
from owltf.runtime.devices import choose_devices
from owltf.runtime.half_batches import HalfBatches
from owltf.train.loss_scale import LossScale
from owltf.train.prepare import PreparedRun, RunOptions, prepare
from owltf.train.signals import Signals
from owltf.train.step import TrainStep
from owltf.train.trainer import Trainer

ORACLE = Path(__file__).parent / "oracle"

NET = """
name: "small"
layer { name: "data" type: "HDF5Data" top: "data" top: "label"
  hdf5_data_param { source: "train.txt" batch_size: 8 } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "drop1" type: "Dropout" bottom: "conv1" top: "conv1" }
layer { name: "ip" type: "InnerProduct" bottom: "conv1" top: "ip"
  inner_product_param { num_output: 4 weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss"
  loss_param { ignore_label: 3 } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy"
  include { phase: TEST } }
"""
SOLVER = """
net: "net.prototxt" base_lr: 0.05 momentum: 0.9 weight_decay: 0.004 lr_policy: "fixed"
max_iter: 12 display: 4 test_iter: 2 test_interval: 6 snapshot: 6 snapshot_prefix: "snap"
random_seed: 7 average_loss: 3
"""


@dataclass(eq=False)
class Recorder:
    """Keeps what a run tells."""

    displays: list[Display] = field(default_factory=list)
    tests: list[Scores] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @hookimpl
    def owltf_displayed(self, display: Display) -> None:
        if display.rate is None:
            self.events.append(f"loss {display.iteration}")
        else:
            self.displays.append(display)
            self.events.append(f"display {display.iteration}")

    @hookimpl
    def owltf_tested(self, scores: Scores) -> None:
        self.tests.append(scores)
        self.events.append(f"test {scores.iteration}")

    @hookimpl
    def owltf_snapshot(self, caffemodel: Path) -> None:
        self.events.append(f"snapshot {caffemodel.name}")

    @hookimpl
    def owltf_run_ended(self, ending: Ending) -> None:
        self.events.append(ending.reason)


@dataclass(frozen=True)
class Case:
    """A folder with a solver, and the ways to run it."""

    folder: Path

    def start(
        self,
        replicas: int = 1,
        solver: str = "solver.prototxt",
        *,
        by_halves: bool = False,
        **options: Any,
    ) -> PreparedRun:
        registry = Registry(make_manager())
        file = open_net_file(self.folder / solver, registry.schema)
        names = NetContext.__dataclass_fields__.keys() & options
        flags = {name: options.pop(name) for name in names}
        devices = choose_devices(cpu_replicas=replicas)
        if by_halves:
            devices = HalfBatches(devices.strategy, devices.names)
        return prepare(file, NetContext(registry, "TRAIN", **flags), devices, RunOptions(**options))

    def run(self, replicas: int = 1, **options: Any) -> tuple[PreparedRun, Recorder]:
        start, recorder = self.start(replicas, **options), Recorder()
        assert run(start, recorder) == 0
        return start, recorder

    def add(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)


def run(start: PreparedRun, *plugins: object) -> int:
    """Run what is ready, with some more plugins, named `plugin0`, `plugin1` and so on."""
    manager = start.registry.manager
    with ExitStack() as stack:
        for number, plugin in enumerate(plugins):
            stack.enter_context(registered(manager, plugin, f"plugin{number}"))
        return Trainer(start).run()


def flat(params: dict[str, list[np.ndarray]]) -> np.ndarray:
    return np.concatenate([each.ravel() for blobs in params.values() for each in blobs])


def step_of(start: PreparedRun, signals: Signals, scale: LossScale | None = None) -> TrainStep:
    net, solver = start.nets.train, start.solver
    source = batches(net, start.state.train)
    return TrainStep(net, solver, start.devices, source, signals.pause, loss_scale=scale)
