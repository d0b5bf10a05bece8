"""The check of a layer's ONNX form, for `owltf.testing.check_converter`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from owltf.api import Net, OwltfError, converter_of, has_open_batch, onnx_form
from owltf_exporter.compare import largest
from owltf_exporter.export_job import Arrays, Exported, Run

Shape = tuple[int, ...]

_RULE = "a layer's ONNX form must give in onnxruntime what the layer gives"


def check_layer(net: Net, bottoms: Arrays) -> str | None:
    """Compare the ONNX form of a net's last layer with the layer, if it has one.

    Args:
        net: a net of inputs and the layer.
        bottoms: its inputs by blob name.

    Returns:
        Why nothing was compared, or None.

    Raises:
        AssertionError: if they differ.
    """
    layer = net.graph.layers[-1]
    if onnx_form(converter_of(layer.parameter, net.context.registry)) is None or not net.inputs:
        return None
    try:
        _compare(Exported(net), bottoms)
    except OwltfError as error:
        return f"the ONNX form of {layer.type} layer '{layer.name}' is not checked: {error}"
    return None


def _compare(exported: Exported, bottoms: Arrays) -> None:
    from owltf_exporter.formats import onnx_file

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.onnx"
        onnx_file.write(exported, path)
        run = onnx_file.runner(path)
    for inputs in _batches(exported.net, bottoms):
        shapes = {name: array.shape for name, array in inputs.items()}
        found = largest(_answers(run, inputs, shapes), exported.answers(inputs))
        if found.size > onnx_file.TOLERANCE:
            what = found.reason or f"it differs by {found.size:.2g}"
            raise AssertionError(f"{_RULE}; output '{found.blob}' of inputs {shapes}: {what}")


def _answers(run: Run, inputs: Arrays, shapes: Mapping[str, Shape]) -> Arrays:
    try:
        return run(inputs)
    except Exception as error:
        raise AssertionError(f"{_RULE}; it cannot run it on inputs {shapes}: {error}") from error


def _batches(net: Net, bottoms: Arrays) -> Iterator[Arrays]:
    """Yield the inputs and, if the net takes any batch, twice as many rows."""
    yield bottoms
    if has_open_batch(net):
        yield {name: np.concatenate([array, array]) for name, array in bottoms.items()}
