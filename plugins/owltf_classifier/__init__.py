"""owltf classify: names the likeliest classes of images."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command `classify`."""
    from owltf_classifier.command import classify

    commands.add_command(classify)
