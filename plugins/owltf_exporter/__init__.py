"""owltf export: a net as a SavedModel, an ONNX file, a Keras program and other forms."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command."""
    from owltf_exporter.command import export

    commands.add_command(export)
