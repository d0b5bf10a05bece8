"""Describes a run to plugins before it begins."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from owltf.net.net import Net
from owltf.plugin.events import Setup
from owltf.solvers.solver import Solver
from owltf.train.prepare import PreparedRun


def run_setup(start: PreparedRun) -> Setup:
    """Return the description of a run that plugins get before it begins.

    Args:
        start: the run.
    """
    parameter, net = start.source.parameter, start.nets.train
    return Setup(
        net=net.name,
        solver=f"{parameter.type}, lr_policy {parameter.lr_policy}, base_lr {parameter.base_lr:g}",
        devices=start.devices.names,
        params=sum(math.prod(param.shape) for param in net.params),
        sources=_sources((net, *start.nets.tests)),
        seed=start.state.seed,
        iteration=start.state.iteration,
        max_iter=start.schedule.max_iter,
        batch=_batch(net) * start.solver.iter_size,
        current_iteration=lambda: int(start.solver.iterations.numpy()),
        loaded=start.loaded,
        notes=start.notes,
        options=start.options.plugin_options,
        prefix=start.prefix.path,
        display=start.schedule.display,
        model=net.model,
        test_outputs=_test_outputs(start),
        rate=lambda iteration: rate_of(start.solver, iteration),
    )


def rate_of(solver: Solver, iteration: int) -> float:
    """Return the learning rate of an iteration, as the shortest number that float32 tells apart."""
    return float(str(np.float32(solver.schedule(iteration))))


def outputs_of(net: Net, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a net's outputs by name, in the order in which Caffe lists them."""
    return {name: values[name] for name in net.outputs}


def loss_weights(net: Net) -> dict[str, float]:
    """Return the weights of a net's losses by blob name."""
    return {loss.top: loss.weight for loss in net.losses}


def _test_outputs(start: PreparedRun) -> list[str]:
    tested = start.nets.tests if start.schedule.test_interval else ()
    return list(dict.fromkeys(name for net in tested for name in net.outputs))


def _batch(net: Net) -> int:
    return max((source.layer.batch_size for source in net.sources), default=0)


def _sources(nets: tuple[Net, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, net in enumerate(nets):
        for source in net.sources:
            name, told = f"{net.phase} data {source.name}", source.layer.describe()
            if found.get(name, told) != told:
                # Several test nets may have data layers of one name; Caffe counts them from 0.
                name = f"{name} (#{number - 1})"
            found[name] = told
    return found
