"""owltf extract: writes the outputs of any layers of a net to a file."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command `extract`."""
    from owltf_extractor.command import extract

    commands.add_command(extract)
