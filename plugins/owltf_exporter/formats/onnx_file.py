"""The onnx format: the net as ONNX's standard operations, in Caffe's order of axes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import Net, OwltfError, UnsupportedLayerError, converter_of, onnx_form
from owltf_exporter.compare import Difference, difference
from owltf_exporter.export_job import Arrays, Exported, Run

TOLERANCE = 1e-4

try:
    import onnx
    import onnxruntime
except ImportError as error:
    raise OwltfError(
        f"--format onnx needs the package {error.name}; install owltf[onnx]"
    ) from error

from owltf_exporter.onnx_graph.graph import Graph  # noqa: E402
from owltf_exporter.onnx_graph.node import Node  # noqa: E402


def write(exported: Exported, path: Path) -> None:
    """Write a net as an ONNX file.

    Raises:
        OwltfError: if layers cannot be written in ONNX; all of them are listed.
    """
    model = model_of(exported)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def model_of(
    exported: Exported, blobs: Sequence[str] | None = None, who: str = "--format onnx"
) -> Any:
    """Return a net as an ONNX model.

    Args:
        exported: the net.
        blobs: the blobs that the model computes, by the layers that lead to them; the outputs of
            the export unless given.
        who: what cannot write a layer, for errors.

    Raises:
        OwltfError: if some layers have no form in ONNX; all are listed.
    """
    net, reasons = exported.net, list[str]()
    outputs = exported.outputs if blobs is None else tuple(blobs)
    layers = list(net.graph.layers) if blobs is None else layers_to(net, blobs)
    made = {top for layer in layers for top in layer.parameter.top}
    inputs = tuple(name for name in net.inputs if blobs is None or name in made)
    graph = Graph(net, net.model_of(outputs), outputs=outputs, inputs=inputs)
    params = net.layer_params
    for layer in layers:
        try:
            _add(graph, layer, tuple(each.get() for each in params.get(layer.name, ())))
        except UnsupportedLayerError as error:
            reasons.append(str(error))
    if reasons:
        raise OwltfError(f"{who} cannot write {'; '.join(reasons)}")
    return graph.finish()


def layers_to(net: Net, blobs: Sequence[str]) -> list[Any]:
    """Return the layers of a net's graph that some blobs are computed by, in order."""
    needed, layers = set(blobs), []
    for layer in reversed(net.graph.layers):
        if needed.intersection(layer.parameter.top):
            needed.update(layer.parameter.bottom)
            layers.append(layer)
    return layers[::-1]


def _add(graph: Graph, layer: Any, blobs: tuple[np.ndarray, ...]) -> None:
    """Put a layer into a graph, by its converter's `onnx` method.

    Raises:
        UnsupportedLayerError: if it has none, or what the layer asks for has no form.
    """
    converter = converter_of(layer.parameter, graph.net.context.registry)
    if converter.passes_on:
        graph.pass_on(layer)
        return
    if not layer.parameter.top:
        return
    bottoms = tuple(graph.now[name] for name in layer.parameter.bottom)
    node = Node(graph, layer, bottoms, tuple(graph.name_tops(layer)), blobs)
    write_layer = onnx_form(converter)
    if write_layer is None:
        home = type(converter).__module__.split(".")[0]
        raise node.unsupported(f"{layer.type} ({home}) has no `onnx` method")
    write_layer(node)


def check(exported: Exported, path: Path) -> Difference:
    """Run the model in onnxruntime and compare it with the net."""
    return difference(exported, runner(path))


def runner(path: Path) -> Run:
    """Return what runs a model in onnxruntime."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def run(arrays: Arrays) -> Arrays:
        return dict(zip(names, session.run(names, dict(arrays)), strict=True))

    return run
