"""Builds the TRAIN and TEST nets of a solver, which share their layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from owltf.caffe.net.graph import Graph
from owltf.caffe.net.net_file import NetFile
from owltf.caffe.prototxt.source import NetSource
from owltf.convert.context import NetContext
from owltf.net.build import build_net
from owltf.net.net import Net


@dataclass(frozen=True)
class SolverNets:
    """The nets of a solver.

    Attributes:
        train: the TRAIN net.
        tests: the TEST nets; they share the TRAIN net's layers.
    """

    train: Net
    tests: tuple[Net, ...]


def build_solver_nets(file: NetFile, context: NetContext) -> SolverNets:
    """Return a solver's nets; call it in the scope of the devices where they will run.

    Args:
        file: the solver's file.
        context: what they are built with.
    """
    # All are read before the first is built, so that a mistake in the last shows at once.
    train, tests = file.source("TRAIN"), file.tests
    return SolverNets(
        build_source(train, context.of_net(train.folder, "TRAIN")),
        tuple(
            build_source(test, context.of_net(test.folder, "TEST", index))
            for index, test in enumerate(tests)
        ),
    )


def build_source(source: NetSource, context: NetContext) -> Net:
    """Return the net of a source, after plugins had their chance to rewrite it."""
    hook: Any = context.registry.manager.hook
    rewritten = hook.owltf_net_parameter(net_parameter=source.parameter, phase=context.phase)
    if rewritten is not None:
        source = source.rewritten(rewritten)
    net = build_net(Graph.of(source), context)
    hook.owltf_net_built(net=net)
    return net
