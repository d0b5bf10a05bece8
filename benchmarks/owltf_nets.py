"""The benchmarks' nets in owltf: the training loop of `owltf run`, and a single step without it."""

from __future__ import annotations

from dataclasses import replace
from itertools import repeat
from pathlib import Path
from time import perf_counter
from typing import Any

import tensorflow as tf
from turns import Program, Timing, timed

from owltf.caffe.net.batch_halves import is_quicker_by_halves
from owltf.caffe.net.net_file import NetFile
from owltf.caffe.prototxt.source import SolverSource
from owltf.convert.context import NetContext
from owltf.net.batches import batches
from owltf.net.multiply_adds import multiply_adds
from owltf.plugin.events import Display
from owltf.plugin.manager import make_manager, registered
from owltf.registry.markers import hookimpl
from owltf.registry.registry import Registry
from owltf.runtime.devices import one_cpu
from owltf.train.prepare import PreparedRun, RunOptions, prepare
from owltf.train.step import TrainStep
from owltf.train.train_iteration import TrainIteration
from owltf.train.trainer import Trainer

NETS = Path(__file__).parent / "nets"


def start_of(recompute: bool = False, by_halves: bool = False, **solver: Any) -> PreparedRun:
    """Return a run that is ready to train, on the CPU as one device.

    Args:
        recompute: whether blobs are computed again rather than held.
        by_halves: compute both halves of a batch at once where `owltf run` does.
        **solver: fields of a `SolverParameter`, the net among them.
    """
    registry = Registry(make_manager())
    parameter = registry.schema.message("SolverParameter")(
        lr_policy="fixed", max_iter=1, snapshot_after_train=False, random_seed=1, **solver
    )
    file = NetFile(SolverSource(parameter, None), registry.schema)
    context = NetContext(registry, "TRAIN", recompute=recompute)
    halves = None if by_halves and is_quicker_by_halves([file.source("TRAIN")]) else False
    return prepare(file, context, one_cpu(), RunOptions(half_batches=halves))


def loop_of(start: PreparedRun) -> Program:
    """Return owltf's own training loop: many iterations with their data in one TensorFlow call."""
    net = start.nets.train
    feed = batches(net, start.state.train)
    never = tf.Variable(False, trainable=False)
    return TrainStep(net, start.solver, start.devices, feed, never).run


def single_steps(start: PreparedRun) -> Program:
    """Return the same net's step without the loop: a call for each step, always on one batch."""
    net = start.nets.train
    iteration = TrainIteration(net, start.solver, start.devices)
    batch = next(batches(net, start.state.train))
    step = tf.function(lambda batch: iteration.run(repeat(batch))[0])

    def run(steps: int) -> None:
        for _ in range(steps):
            loss = step(batch)
        loss.numpy()

    return run


def trainer_and_bare(start: PreparedRun, rounds: int, steps: int) -> tuple[Timing, Timing]:
    """Return the time of a step in a whole run and of a single step, measured in turns.

    Args:
        start: the run.
        rounds: the number of turns of each.
        steps: the number of steps in a turn; the run displays its loss after each turn.
    """
    events = {"display": steps, "max_iter": rounds * steps + 1}
    turns = _Turns(single_steps(start), steps)
    with registered(start.registry.manager, turns, "turns"):
        Trainer(replace(start, schedule=replace(start.schedule, **events))).run()
    return Timing(tuple(turns.trainer)), Timing(tuple(turns.bare))


class _Turns:
    """A plugin that gives another program its turn whenever the run displays its loss."""

    def __init__(self, program: Program, steps: int) -> None:
        self._program, self._steps = program, steps
        self._since = 0.0
        self.trainer: list[float] = []
        self.bare: list[float] = []

    @hookimpl
    def owltf_displayed(self, display: Display) -> None:
        """End the run's turn; the first one, which traces the step, does not count."""
        seconds = perf_counter() - self._since
        if display.iteration:
            self.trainer.append(seconds / self._steps)
            self.bare.append(timed(self._program, self._steps))
        self._since = perf_counter()


def parameters(start: PreparedRun) -> int:
    """Return the number of learnable values of the net."""
    params = (param for param in start.nets.train.params if param.is_trained)
    return sum(param.variable.value.shape.num_elements() for param in params)


def step_gflop(start: PreparedRun) -> float:
    """Return the GFLOP of a training step's products: forward, and for the gradients that it needs.

    A layer's weights are multiplied once forward, once for their own gradient, and once for their
    bottom's where a layer below learns.
    """
    net, total, learned = start.nets.train, 0, set[str]()
    for layer, of_graph in zip(net.layers, net.graph.layers, strict=True):
        below = any(blob.name in learned for blob in layer.bottoms)
        learns = any(param.is_trained for param in layer.params)
        if below or learns:
            learned.update(blob.name for blob in layer.named_tops)
        if layer.bottoms and layer.params:
            shapes = [param.shape for param in layer.params]
            bottom, top = layer.bottoms[0].shape, layer.tops[0].shape
            work = multiply_adds(of_graph.parameter.type, shapes, bottom, top)
            total += 2 * work * (1 + learns + below)
    return total / 1e9
