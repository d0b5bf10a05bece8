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
}

NET_FLAGS = tuple(_HELP)
CONTEXT_FLAGS = tuple(name for name in _HELP if name != _OF_FILE)

NET_OPTIONS = tuple(
    click.option(f"--{name.replace('_', '-')}", is_flag=True, help=text)
    for name, text in _HELP.items()
)


def net_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `NET_FLAGS`.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return with_options(command, NET_OPTIONS)
