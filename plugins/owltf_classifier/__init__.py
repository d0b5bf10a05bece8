"""owltf classify: which classes images belong to."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command."""
    from owltf_classifier.command import classify

    commands.add_command(classify)
