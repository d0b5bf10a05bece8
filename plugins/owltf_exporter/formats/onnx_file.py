"""The onnx format: the net as ONNX's standard operations, in Caffe's order of axes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from owltf.api import OwltfError
from owltf_exporter.compare import Difference, difference
from owltf_exporter.export_job import Arrays, Exported

TOLERANCE = 1e-4

try:
    import onnx
    import onnxruntime
except ImportError as error:
    raise OwltfError(
        f"--format onnx needs the package {error.name}; install owltf[onnx]"
    ) from error

from owltf_exporter.onnx_graph.graph import PASSING, Graph, Step  # noqa: E402
from owltf_exporter.onnx_graph.layers import BY_TYPE, unsupported  # noqa: E402


def write(exported: Exported, path: Path) -> None:
    """Write a net as an ONNX file.

    Raises:
        OwltfError: if layers cannot be written in ONNX; all of them are listed.
    """
    model = model_of(exported)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def model_of(exported: Exported) -> Any:
    """Return a net as an ONNX model."""
    net = exported.net
    _check(net)
    graph, params = Graph(net, exported.model), net.get_params()
    for layer in net.graph.layers:
        if layer.type == "Input":
            for top in layer.parameter.top:
                graph.add_input(top)
        elif layer.type in PASSING:
            graph.pass_on(layer)
        else:
            BY_TYPE[layer.type](_step(graph, layer, params.get(layer.name, ())))
    return graph.finish()


def _step(graph: Graph, layer: Any, blobs: Any) -> Step:
    bottoms = tuple(graph.now[name] for name in layer.parameter.bottom)
    return Step(graph, layer, bottoms, tuple(graph.name_tops(layer)), tuple(blobs))


def _check(net: Any) -> None:
    reasons = list(_reasons(net))
    if reasons:
        raise OwltfError(f"--format onnx cannot write {'; '.join(reasons)}")


def _reasons(net: Any) -> Iterator[str]:
    for layer in net.graph.layers:
        reason = unsupported(layer) if layer.type not in ("Input", *PASSING) else None
        if reason:
            yield f"layer '{layer.name}': {reason}"


def check(exported: Exported, path: Path) -> Difference:
    """Run the model in onnxruntime and compare it with the net."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def run(arrays: Arrays) -> Arrays:
        return dict(zip(names, session.run(names, dict(arrays)), strict=True))

    return difference(exported, run)
