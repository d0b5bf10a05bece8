"""Options that several commands have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Command = Callable[..., Any]


def with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    """Return a command that has more options, listed in their order by `--help`.

    Args:
        command: the command's function, before `click.command()` decorates it.
        options: what `click.option(...)` gives.
    """
    for option in reversed(options):
        command = option(command)
    return command


def take(flags: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Take the values of some options out of a command's arguments."""
    return {name: flags.pop(name) for name in names}
