"""The options `--resize`, `--mean` and others for image files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from owltf.options.common import take, with_options

_NAMES = ("resize", "mean", "scale", "channel_order", "ignore_orientation")


def _size(context: click.Context, option: click.Parameter, value: str | None) -> Any:
    if value is None:
        return None
    parts = value.replace("x", ",").split(",")
    if len(parts) > 2 or not all(part.isdigit() and int(part) for part in parts):
        raise click.BadParameter(f"'{value}' is not a side, or a height and a width, in pixels")
    return int(parts[0]), int(parts[-1])


_OPTIONS = (
    click.option(
        "--resize",
        callback=_size,
        metavar="N|HxW",
        help="Resize images to this; the net takes their centre. The size of the net's own images "
        "unless given.",
    ),
    click.option(
        "--mean",
        metavar="FILE|B,G,R",
        help="Subtract this from each channel: numbers, or a mean image's averages. What the "
        "net's data layer subtracts unless given.",
    ),
    click.option(
        "--scale",
        type=float,
        metavar="X",
        help="Multiply by this after the mean is subtracted. What the net's data layer multiplies "
        "by unless given.",
    ),
    click.option(
        "--channel-order",
        type=click.Choice(["bgr", "rgb"]),
        default="bgr",
        show_default=True,
        help="The order in which the net takes the channels.",
    ),
)
_ORIENTATION = click.option(
    "--ignore-orientation",
    is_flag=True,
    help="Leave photographs as the camera stored them; they are turned as their EXIF "
    "orientation says unless given.",
)


def image_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--resize`, `--mean`, `--scale` and `--channel-order` to a command.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return with_options(command, _OPTIONS)


def image_file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add those of `image_options` to a command that reads image files, and `--ignore-orientation`.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return with_options(command, (*_OPTIONS, _ORIENTATION))


def image_settings(flags: dict[str, Any]) -> dict[str, Any]:
    """Return the values of `image_file_options` as arguments of `image_input`.

    Args:
        flags: the command's arguments by name; those of the options are removed from it.
    """
    return take(flags, _NAMES)
