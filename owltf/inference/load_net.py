"""load_net: the one way in which tools get a built net."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.weights import LayerWeights
from owltf.caffe.file_kind import SOLVER, expect_kind, file_kind
from owltf.caffe.find_file import find_file
from owltf.caffe.net.filter import filter_net, net_state
from owltf.caffe.net.input_shapes import with_input_shapes
from owltf.caffe.net.read import read_net, read_solver
from owltf.caffe.net.solver_nets import test_nets_of, train_net_of
from owltf.caffe.prototxt.source import NetSource, SolverSource
from owltf.caffe.schema.messages import NetParameter, SolverParameter
from owltf.convert.context import NetContext
from owltf.convert.sharing import SharedLayers
from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.solver_nets import net_of_source
from owltf.net.weights import load_weights
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry
from owltf.runtime.devices import Devices, default_device
from owltf.snapshot.prefix import Prefix
from owltf.snapshot.read import read_snapshot

Layers = tuple[LayerWeights, ...]
Rewrite = Callable[[NetParameter, NetContext], NetParameter]


def load_net(
    file: str | Path,
    *,
    phase: str = "TEST",
    weights: str | Path | Sequence[str | Path] | None = None,
    snapshot: int | None = None,
    registry: Registry | None = None,
    devices: Devices | None = None,
    test_net: int = 0,
    reinit_mismatched: bool = False,
    ignore_unknown_fields: bool = False,
    allow_python_layers: bool = False,
    tell: Callable[[str], object] | None = None,
    rewrite: Rewrite | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
) -> Net:
    """Build the net of a prototxt, with its weights.

    Args:
        file: a net's prototxt, or a solver's.
        phase: "TEST" or "TRAIN".
        weights: a caffemodel, or several, the later ones winning; without one, and without a
            snapshot, the fillers' values stay.
        snapshot: owl.net's index of a solver's snapshot; 0 is a net without weights.
        registry: what plugins bring; all installed ones unless given.
        devices: where the net will run; TensorFlow's default device unless given.
        test_net: which of a solver's test nets, from 0.
        reinit_mismatched: leave layers of another shape than the weights' as their fillers make
            them.
        ignore_unknown_fields: leave out fields that the schema does not know.
        allow_python_layers: run the code of the net's Python layers.
        tell: takes a sentence on what was loaded, and on what was left out.
        rewrite: gives the net to build in place of the file's, filtered for its phase.
        input_shapes: the shape (N, C, H, W) that an input gets in place of the file's, by name.

    Raises:
        OwltfError: if a file is missing or wrong, or the net cannot be built.
    """
    registry = registry or Registry(make_manager())
    schema, options = registry.schema, {"ignore_unknown_fields": ignore_unknown_fields}
    path = find_file(str(file), None)
    solver = _solver(path, schema, **options)
    source = _source(path, solver, phase, test_net, schema, options)
    files = _weights(path, solver, weights, snapshot, schema)
    read = {each: tuple(read_weights(each, schema)) for each in files}
    loaded = frozenset() if reinit_mismatched else _names(read)
    context = NetContext(
        registry,
        phase,
        loaded=loaded,
        folder=source.folder,
        allow_python_layers=allow_python_layers,
    )
    if rewrite:
        source = source.rewritten(rewrite(source.parameter, context))
    if input_shapes:
        source = with_input_shapes(source, input_shapes)
    with (devices or default_device()).scope():
        net = net_of_source(source, context)
    notes = [f"Ignored unknown field: {field}" for field in source.ignored]
    notes += _assign(net, read, reinit_mismatched)
    if tell:
        for note in notes:
            tell(note)
    return net


def rebuild_net(
    net: Net, parameter: NetParameter, params: Mapping[str, Sequence[np.ndarray]]
) -> Net:
    """Build a changed form of a net, in the TEST phase.

    Args:
        net: the net it is made from, whose plugins and folder it keeps.
        parameter: the changed form's `NetParameter`.
        params: the parameter blobs of its layers by name, in Caffe's shapes.

    Raises:
        OwltfError: if it cannot be built, or a blob does not fit.
    """
    source = net.graph.source.rewritten(parameter)
    context = replace(
        net.context, phase="TEST", shared=SharedLayers(), loaded=frozenset(params), batch_factor=1
    )
    built = net_of_source(source, context)
    built.set_params(params)
    return built


def load_model(file: str | Path, *, registry: Registry | None = None) -> Any:
    """Load a `.keras` file of a net's model, with Caffe's own layers known to Keras.

    Args:
        file: what `net.model.save(...)` or `owltf export` wrote.
        registry: what plugins bring; all installed ones unless given.

    Raises:
        OwltfError: if the file is missing or is no Keras model.
    """
    path = find_file(str(file), None)
    # Importing the converters tells Keras of their layers.
    _ = (registry or Registry(make_manager())).converters
    try:
        return keras.models.load_model(path)
    except (ValueError, OSError) as error:
        reason = next(iter(str(error).splitlines()), "")
        raise OwltfError(f"{path}: not a Keras model that owltf can load: {reason}") from error


def solver_of(
    file: str | Path, *, registry: Registry | None = None, ignore_unknown_fields: bool = False
) -> SolverParameter | None:
    """Return the `SolverParameter` of a solver's prototxt; None if the file is a net's.

    Args:
        file: the prototxt.
        registry: what plugins bring; all installed ones unless given.
        ignore_unknown_fields: leave out fields that the schema does not know.

    Raises:
        OwltfError: if the file is missing or wrong.
    """
    schema = (registry or Registry(make_manager())).schema
    found = find_file(str(file), None)
    solver = _solver(found, schema, ignore_unknown_fields=ignore_unknown_fields)
    return solver.parameter if solver else None


def _solver(path: Path, schema: Any, **options: bool) -> SolverSource | None:
    return read_solver(path, schema, **options) if file_kind(path) == SOLVER else None


def _source(
    path: Path,
    solver: SolverSource | None,
    phase: str,
    test_net: int,
    schema: Any,
    options: Mapping[str, bool],
) -> NetSource:
    if solver is None:
        return filter_net(read_net(path, schema, **options), net_state(phase))
    if phase == "TRAIN":
        return train_net_of(solver, schema, **options)
    tests = test_nets_of(solver, schema, **options)
    if not tests:
        raise OwltfError(f"{path}: the solver has no test net (no test_iter)")
    if not 0 <= test_net < len(tests):
        raise OwltfError(f"{path}: no test net {test_net}; there are {len(tests)}, from 0")
    return tests[test_net]


def _weights(
    path: Path,
    solver: SolverSource | None,
    weights: str | Path | Sequence[str | Path] | None,
    snapshot: int | None,
    schema: Any,
) -> list[Path]:
    if weights is not None:
        given = [weights] if isinstance(weights, (str, Path)) else weights
        found = [find_file(str(each), None) for each in given]
        for each in found:
            expect_kind(each, "caffemodel")
        return found
    if not snapshot:
        return []
    if solver is None:
        raise OwltfError(
            f"{path}: snapshot needs a solver file, which says where its snapshots are"
        )
    prefix = Prefix.of(solver.parameter, solver.folder)
    return [read_snapshot(prefix.indexed(snapshot), schema).weights]


def _assign(net: Net, read: Mapping[Path, Layers], reinit_mismatched: bool) -> Iterator[str]:
    """Give a net its weights; yield what became of each file."""
    for file, layers in read.items():
        told = load_weights(net, layers, file, reinit_mismatched=reinit_mismatched)
        yield f"Weights from {file}: {told.summary()}"


def _names(read: Mapping[Path, Layers]) -> frozenset[str]:
    """Return the layers that will get weights, so that they need not be filled first."""
    return frozenset(each.name for layers in read.values() for each in layers if each.blobs)
