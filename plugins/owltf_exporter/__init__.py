"""owltf export: a net as a SavedModel, an ONNX file, a Keras program and other forms."""

from collections.abc import Mapping
from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command."""
    from owltf_exporter.command import export

    commands.add_command(export)


@hookimpl
def owltf_engines() -> Mapping[str, Any]:
    """Bring onnxruntime."""
    from owltf_exporter.onnxruntime_engine import OnnxRuntime

    return {OnnxRuntime.name: OnnxRuntime()}


@hookimpl
def owltf_check_layer(net: Any, bottoms: Mapping[str, Any]) -> str | None:
    """Check the layer's ONNX form."""
    from owltf_exporter.layer_check import check_layer

    return check_layer(net, bottoms)
