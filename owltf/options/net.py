"""The options by which a command's user says how nets are read and built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from owltf.options.common import with_options

# One is for `open_net_file`; each other is a field of `NetContext`, of the same name.
_OF_FILE = "ignore_unknown_fields"
_HELP = {
    _OF_FILE: "Leave out prototxt fields that owltf does not know, and list them.",
    "allow_python_layers": "Run the code of the net's Python layers, found beside the net.",
    "skip_bad_records": "Go on without records that cannot be read; the next one takes the place "
    "of each. They are counted and named.",
}
_PIXELS = "max_image_pixels"

NET_FLAGS = (*_HELP, _PIXELS)
CONTEXT_FLAGS = tuple(name for name in NET_FLAGS if name != _OF_FILE)

NET_OPTIONS = (
    *(
        click.option(f"--{name.replace('_', '-')}", is_flag=True, help=text)
        for name, text in _HELP.items()
    ),
    click.option(
        f"--{_PIXELS.replace('_', '-')}",
        type=click.IntRange(min=1),
        metavar="N",
        help="Decode no image of more pixels, by what its file says. [default: 178956970]",
    ),
)


def net_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `NET_FLAGS`.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return with_options(command, NET_OPTIONS)
