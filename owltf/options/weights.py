"""The options `--weights` and `--snapshot`, with others about loading a net."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from owltf.errors import OwltfError
from owltf.options.common import take, with_options
from owltf.options.net import NET_FLAGS, NET_OPTIONS

_NAMES = (
    "weights",
    "snapshot",
    "random_weights",
    "reinit_mismatched",
    "allow_missing",
    *NET_FLAGS,
)


def _paths(context: click.Context, option: click.Parameter, value: str | None) -> Any:
    if value is None:
        return None
    paths = [Path(part.strip()) for part in value.split(",") if part.strip()]
    if not paths:
        raise click.BadParameter("it names no file")
    return paths


_OPTIONS = (
    click.option(
        "--weights",
        callback=_paths,
        metavar="FILE[,FILE]",
        help="The weights, from caffemodels; later ones win.",
    ),
    click.option(
        "--snapshot",
        type=click.IntRange(min=0),
        metavar="N",
        help="The weights of a solver's snapshot N, that of iteration N x its `snapshot`.",
    ),
    click.option(
        "--random-weights",
        is_flag=True,
        help="Keep the values of the layers' fillers. A net without weights needs no option.",
    ),
    click.option(
        "--reinit-mismatched",
        is_flag=True,
        help="Leave layers whose shape differs from the weights' as their fillers make them.",
    ),
    click.option(
        "--allow-missing",
        is_flag=True,
        help="Leave layers that the weights lack as their fillers make them.",
    ),
    *NET_OPTIONS,
)


def weights_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--weights`, `--snapshot` and the other options of `weights_of` to a command.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return with_options(command, _OPTIONS)


def weights_of(flags: dict[str, Any]) -> dict[str, Any]:
    """Return the values of `weights_options` as arguments of `load_net`.

    Args:
        flags: the command's arguments by name; those of the options are removed from it.

    Raises:
        OwltfError: if more than one of weights, a snapshot and `--random-weights` is given.
    """
    taken = take(flags, _NAMES)
    random = taken.pop("random_weights")
    given = [taken["weights"] is not None, taken["snapshot"] is not None, random]
    if sum(given) > 1:
        raise OwltfError(
            "give --weights FILE or, with a solver, --snapshot N, or --random-weights; one alone"
        )
    return {**taken, "needs_weights": not any(given)}
