"""The options by which a command's user says how nets are read and built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from owltf.caffe.net.given_state import give_state
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

_STATE = "owltf.options.net.state"


def _give_level(context: click.Context, option: click.Parameter, value: int | None) -> None:
    if value is not None:
        context.meta.setdefault(_STATE, []).extend(["--level", str(value)])
        context.with_resource(give_state(level=value))


def _give_stages(context: click.Context, option: click.Parameter, value: tuple[str, ...]) -> None:
    stages = [stage for each in value for stage in each.split(",") if stage]
    context.meta.setdefault(_STATE, []).extend(w for each in stages for w in ("--stage", each))
    context.with_resource(give_state(stages=stages))


def state_words(context: click.Context) -> list[str]:
    """Return the words of a command line that give the level and the stages again."""
    words: list[str] = context.meta.get(_STATE, [])
    return words


NET_FLAGS = (*_HELP, _PIXELS)
CONTEXT_FLAGS = tuple(name for name in NET_FLAGS if name != _OF_FILE)

_STATE_OPTIONS = (
    click.option(
        "--level",
        type=int,
        callback=_give_level,
        expose_value=False,
        metavar="N",
        help="The net's level, for `min_level` and `max_level` of its layers.",
    ),
    click.option(
        "--stage",
        multiple=True,
        callback=_give_stages,
        expose_value=False,
        metavar="NAME[,NAME]",
        help="Stages of the net, for `stage` and `not_stage` of its layers.",
    ),
)
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
    *_STATE_OPTIONS,
)


def net_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `NET_FLAGS`.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return with_options(command, NET_OPTIONS)


def state_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--level` and `--stage`, which count for all nets that it reads.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return with_options(command, _STATE_OPTIONS)
