"""The plugin for `owltf detect`, which finds objects in images by a net that gives boxes."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command."""
    from owltf_detector.command import detect

    commands.add_command(detect)
