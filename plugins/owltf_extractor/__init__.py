"""owltf extract: what any layer of a net computes, written to a file."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command."""
    from owltf_extractor.command import extract

    commands.add_command(extract)
