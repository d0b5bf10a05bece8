"""The built-in commands, a file each: hook, flags and work together."""

from typing import Any

from owltf.registry.discover import namesakes_in
from owltf.registry.markers import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add every command of this folder: what has the name of its file."""
    for command in namesakes_in(__name__).values():
        commands.add_command(command)
