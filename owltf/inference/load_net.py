"""Builds a net with its weights for tools that do not train it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from zipfile import ZipFile

import keras
import numpy as np

from owltf.caffe.binary.hdf5_layout import read_layout
from owltf.caffe.find_file import find_file
from owltf.caffe.net.input_shapes import with_input_shapes
from owltf.caffe.net.net_file import NetFile, open_net_file
from owltf.caffe.schema.messages import NetParameter
from owltf.convert.context import NetContext, check_flags
from owltf.convert.sharing import SharedLayers
from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_irregular
from owltf.forms.engines import AUTO, TENSORFLOW, engine_of
from owltf.inference.engine_answer import OtherEngine
from owltf.net.effectless_fields import effectless_notes
from owltf.net.net import Net
from owltf.net.solver_nets import build_source
from owltf.net.start_weights import StartWeights, no_weights
from owltf.net.weights import Loaded
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry
from owltf.runtime.devices import Devices, default_device
from owltf.snapshot.prefix import Prefix
from owltf.snapshot.read import read_snapshot

Rewrite = Callable[[NetParameter, NetContext], NetParameter]
Weights = str | Path | Sequence[str | Path] | StartWeights | None


def load_net(
    file: str | Path | NetFile,
    *,
    phase: str = "TEST",
    weights: Weights = None,
    snapshot: int | None = None,
    registry: Registry | None = None,
    devices: Devices | None = None,
    test_net: int = 0,
    reinit_mismatched: bool = False,
    allow_missing: bool = False,
    needs_weights: bool = False,
    ignore_unknown_fields: bool = False,
    tell: Callable[[str], object] | None = None,
    rewrite: Rewrite | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    optimize: bool = True,
    autotune: bool = True,
    engine: str = TENSORFLOW,
    **flags: Any,
) -> Net:
    """Build the net of a prototxt, with its weights.

    Args:
        file: a net's prototxt, or a solver's; or such a file as `open_net_file` opened it.
        phase: "TEST" or "TRAIN".
        weights: a caffemodel, or several; where two hold a layer, the later one wins. Without
            weights or a snapshot, layers keep their fillers' values.
        snapshot: owl.net's index of a solver's snapshot; 0 is a net without weights.
        registry: what plugins bring; all installed ones unless given.
        devices: where the net will run; TensorFlow's default device unless given.
        test_net: which of a solver's test nets, from 0.
        reinit_mismatched: leave layers of another shape than the weights' as their fillers make
            them.
        allow_missing: leave layers that the weights lack as their fillers make them.
        needs_weights: refuse a net with weights if there are none to load.
        ignore_unknown_fields: leave out fields that the schema does not know.
        tell: receives sentences on what was loaded, and on what was left out.
        rewrite: returns the net to build instead, given the file's net filtered for its phase.
        input_shapes: by name, the shape (N, C, H, W) of inputs to use instead of the file's.
        optimize: let layers that only scale channels be computed by the layer before them, in a
            TEST net; figures change by rounding alone, and blobs that are asked for keep theirs.
        autotune: let `forward` take the form of TensorFlow Lite or XLA, after 16 calls or more, if
            it is quicker so.
        engine: what computes `forward`: "tensorflow", another engine that a plugin brings, such as
            "onnxruntime", or "auto" for the first that is installed. What "auto" finds no engine
            for is computed by TensorFlow; an engine that is named must do it.
        **flags: other fields of the `NetContext`, such as `allow_python_layers=True`, which runs
            the code of the net's Python layers.

    Raises:
        OwltfError: if a file is missing or wrong, the net cannot be built, or the weights are not
            those of its layers.
        TypeError: if a keyword is unknown.
    """
    check_flags(load_net, flags)
    registry = registry or Registry(make_manager())
    opened = _opened(file, registry, ignore_unknown_fields)
    source = opened.source(phase, test_net)
    start = _weights(weights, snapshot, opened, reinit_mismatched=reinit_mismatched)
    context = NetContext(registry, phase, loaded=start.layers, **flags)
    optimize = optimize and phase == "TEST"
    found = engine_of(registry, engine)
    if found is not None and devices is not None and devices.count > 1:
        if engine != AUTO:
            raise OwltfError(f"engine {engine}: several devices are TensorFlow's")
        found = None
    context = replace(
        context,
        optimize=optimize,
        autotune=autotune and optimize,
        other_engine=None if found is None else OtherEngine(found, must=engine != AUTO, tell=tell),
    )
    context = context.of_net(source.folder, phase, test_net)
    if rewrite:
        source = source.rewritten(rewrite(source.parameter, context))
    if input_shapes:
        source = with_input_shapes(source, input_shapes)
    with (devices or default_device()).scope():
        net = build_source(source, context)
    if needs_weights and net.layer_params:
        raise OwltfError(f"{opened.file}: {no_weights(net)}")
    loaded = start.load(net, allow_missing=allow_missing)
    for note in _notes(net, (*opened.ignored, *source.ignored), loaded):
        if tell:
            tell(note)
    return net


def load_test_nets(
    file: str | Path | NetFile,
    test_nets: Sequence[int],
    *,
    weights: Weights = None,
    snapshot: int | None = None,
    registry: Registry | None = None,
    reinit_mismatched: bool = False,
    ignore_unknown_fields: bool = False,
    **options: Any,
) -> list[Net]:
    """Build some of a solver's test nets, which share their layers as they do in training.

    Args:
        file: a solver's prototxt, as for `load_net`; or a net's, whose one net is number 0.
        test_nets: which of them, from 0.
        weights: as for `load_net`; they are read once.
        snapshot: as for `load_net`.
        registry: as for `load_net`.
        reinit_mismatched: as for `load_net`.
        ignore_unknown_fields: as for `load_net`.
        **options: other arguments of `load_net`.

    Raises:
        OwltfError: if a file is missing or wrong, or a net cannot be built.
    """
    registry = registry or Registry(make_manager())
    opened = _opened(file, registry, ignore_unknown_fields)
    start = _weights(weights, snapshot, opened, reinit_mismatched=reinit_mismatched)
    options = {"weights": start, "registry": registry, "shared": SharedLayers(), **options}
    return [load_net(opened, test_net=index, **options) for index in test_nets]


def _opened(file: str | Path | NetFile, registry: Registry, ignore_unknown_fields: bool) -> NetFile:
    if isinstance(file, NetFile):
        return file
    return open_net_file(file, registry.schema, ignore_unknown_fields=ignore_unknown_fields)


def rebuild_net(
    net: Net, parameter: NetParameter, params: Mapping[str, Sequence[np.ndarray]]
) -> Net:
    """Build a net again with changed layers, in the TEST phase.

    Args:
        net: the net as it was, whose plugins and folder are used.
        parameter: the changed `NetParameter`.
        params: the parameter blobs of its layers by name, in Caffe's shapes.

    Raises:
        OwltfError: if it cannot be built, or a blob does not fit.
    """
    source = net.graph.source.rewritten(parameter)
    context = replace(
        net.context, phase="TEST", shared=SharedLayers(), loaded=frozenset(params), batch_factor=1
    )
    built = build_source(source, context)
    built.set_params(params)
    return built


def load_model(file: str | Path, *, registry: Registry | None = None) -> Any:
    """Load a `.keras` file of a net's model, which may hold owltf's own Keras layers.

    Args:
        file: a file that `net.model.save(...)` or `owltf export` wrote.
        registry: what plugins bring; all installed ones unless given.

    Raises:
        OwltfError: if the file is missing or is no Keras model.
    """
    path = find_file(str(file), None)
    _check_weights_inside(path)
    # Importing the converters tells Keras of their layers.
    _ = (registry or Registry(make_manager())).converters
    try:
        return keras.models.load_model(path)
    # A file that is no model makes Keras raise errors of many types.
    except Exception as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise OwltfError(f"{path}: not a Keras model that owltf can load: {reason}") from error


def _check_weights_inside(path: Path) -> None:
    """Refuse a model whose weights, an HDF5 file in a zip file, are damaged: Keras could crash."""
    refuse_irregular(path)
    try:
        with (
            ZipFile(path) as zipped,
            zipped.open("model.weights.h5") as weights,
            NamedTemporaryFile(suffix=".h5") as copy,
        ):
            shutil.copyfileobj(weights, copy)
            copy.flush()
            layout = read_layout(Path(copy.name))
            for name in layout.datasets:
                if layout.datasets[name].text is None and layout.dataset(name).filters:
                    raise layout.error(f"{name} is packed, as Keras packs none")
    except OwltfError as error:
        raise OwltfError(f"{path}: not a Keras model that owltf can load: {error}") from error
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise OwltfError(f"{path}: not a Keras model that owltf can load: {reason}") from error


def _weights(
    weights: Weights, snapshot: int | None, file: NetFile, *, reinit_mismatched: bool
) -> StartWeights:
    if isinstance(weights, StartWeights):
        return weights
    if weights is None:
        files = _of_snapshot(snapshot, file) if snapshot else []
    else:
        files = [weights] if isinstance(weights, (str, Path)) else list(weights)
    return StartWeights.of(files, file.schema, reinit_mismatched=reinit_mismatched)


def _of_snapshot(snapshot: int, file: NetFile) -> list[str | Path]:
    if file.solver is None:
        raise OwltfError(
            f"{file.file}: snapshot needs a solver file, which says where its snapshots are"
        )
    prefix = Prefix.of(file.solver.parameter, file.solver.folder)
    restored = read_snapshot(prefix.indexed(snapshot), file.schema)
    if restored.weights is None:
        raise OwltfError(
            f"{restored.path} names no weights, and none lie beside it; give --weights"
        )
    return [restored.weights]


def _notes(net: Net, ignored: Iterable[str], loaded: Mapping[str, Loaded]) -> Iterator[str]:
    for field in dict.fromkeys(ignored):
        yield f"Ignored unknown field: {field}"
    yield from effectless_notes(net.graph, net.context)
    for file, result in loaded.items():
        yield f"Weights from {file}: {result.summary()}"
