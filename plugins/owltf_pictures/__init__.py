"""Draws nets, and plots how runs went."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the commands `draw` and `plot`."""
    from owltf_pictures.draw import draw
    from owltf_pictures.plot import plot

    commands.add_command(draw)
    commands.add_command(plot)
