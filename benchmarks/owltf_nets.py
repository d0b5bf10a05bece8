"""The benchmarks' nets in owltf: the step that `owltf run` makes, and the same step by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tensorflow as tf
from turns import Program

from owltf.caffe.source import SolverSource
from owltf.plugin.manager import make_manager
from owltf.plugin.registry import Registry
from owltf.train.batches import batches
from owltf.train.devices import one_cpu
from owltf.train.start import RunOptions, Start, prepare
from owltf.train.step import TrainStep, forward

NETS = Path(__file__).parent / "nets"


def start_of(net: Path, **solver: Any) -> Start:
    """Return a run of a net, ready to train.

    Args:
        net: its prototxt.
        **solver: fields of a `SolverParameter`.
    """
    registry = Registry(make_manager())
    parameter = registry.schema.message("SolverParameter")(
        net=str(net), lr_policy="fixed", snapshot_after_train=False, random_seed=1, **solver
    )
    return prepare(SolverSource(parameter, None), registry, one_cpu(), RunOptions())


def looped(start: Start) -> Program:
    """Return owltf's own training: many iterations, data and all, in one TensorFlow call."""
    net = start.nets.train
    feed = batches(net, start.state.train)
    never = tf.Variable(False, trainable=False)
    return TrainStep(net, start.solver, start.devices, feed, never).run


def bare(start: Start) -> Program:
    """Return the same net's step without a loop: a call for each, on one batch."""
    net, solver = start.nets.train, start.solver
    batch = next(batches(net, start.state.train))
    variables = [param.variable.value for param in net.params if param.is_trained]

    @tf.function
    def step(batch: Any) -> Any:
        with tf.GradientTape() as tape:
            loss, _ = forward(net, batch, solver.iterations, training=True)
        solver.apply(tape.gradient(loss, variables))
        return loss

    def run(steps: int) -> None:
        for _ in range(steps):
            loss = step(batch)
        loss.numpy()

    return run


def parameters(start: Start) -> int:
    """Return how many learnable values the net has."""
    params = (param for param in start.nets.train.params if param.is_trained)
    return sum(param.variable.value.shape.num_elements() for param in params)
