"""load_net: the one way in which tools get a built net."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from owltf.caffe.filter import filter_net, net_state
from owltf.caffe.kind import SOLVER, expect_kind, file_kind
from owltf.caffe.paths import find_file
from owltf.caffe.read import read_net, read_solver
from owltf.caffe.solver_nets import test_nets_of, train_net_of
from owltf.caffe.source import NetSource, SolverSource
from owltf.caffe.weights import read_weights
from owltf.errors import OwltfError
from owltf.net.caffemodel import load_weights
from owltf.net.context import NetContext
from owltf.net.net import Net
from owltf.plugin.manager import make_manager
from owltf.plugin.registry import Registry
from owltf.train.nets import net_of_source
from owltf.train.snapshot import Prefix, read_snapshot


def load_net(
    file: str | Path,
    *,
    phase: str = "TEST",
    weights: str | Path | None = None,
    snapshot: int | None = None,
    registry: Registry | None = None,
) -> Net:
    """Build the net of a prototxt, with its weights.

    Args:
        file: a net's prototxt, or a solver's.
        phase: "TEST" or "TRAIN".
        weights: a caffemodel; without one, and without a snapshot, the fillers' values stay.
        snapshot: owl.net's index of a solver's snapshot.
        registry: what plugins bring; all installed ones unless given.

    Raises:
        OwltfError: if a file is missing or wrong, or the net cannot be built.
    """
    registry = registry or Registry(make_manager())
    path = find_file(str(file), None)
    solver = read_solver(path, registry.schema) if file_kind(path) == SOLVER else None
    source = _source(path, solver, phase, registry.schema)
    found = _weights(solver, weights, snapshot, registry.schema)
    read = read_weights(found, registry.schema) if found else ()
    loaded = frozenset(layer.name for layer in read if layer.blobs)
    context = NetContext(registry, phase, loaded=loaded, folder=source.folder)
    net = net_of_source(source, context)
    if found:
        load_weights(net, tuple(read), found)
    return net


def _source(path: Path, solver: SolverSource | None, phase: str, schema: Any) -> NetSource:
    if solver is None:
        return filter_net(read_net(path, schema), net_state(phase))
    if phase == "TRAIN":
        return train_net_of(solver, schema)
    tests = test_nets_of(solver, schema)
    if not tests:
        raise OwltfError(f"{path}: the solver has no test net (no test_iter)")
    return tests[0]


def _weights(
    solver: SolverSource | None, weights: str | Path | None, snapshot: int | None, schema: Any
) -> Path | None:
    if weights is not None:
        path = find_file(str(weights), None)
        expect_kind(path, "caffemodel")
        return path
    if not snapshot:
        return None
    if solver is None:
        raise OwltfError("snapshot needs a solver file, which says where its snapshots are")
    prefix = Prefix.of(solver.parameter, solver.folder)
    return read_snapshot(prefix.indexed(snapshot), schema).weights
