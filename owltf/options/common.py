"""Adds a group of options to a command, and takes their values out of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Command = Callable[..., Any]


def with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    """Return a command with these options added; `--help` lists them in this order.

    Args:
        command: the command's function, before `click.command()` decorates it.
        options: the decorators that `click.option(...)` returns.
    """
    for option in reversed(options):
        command = option(command)
    return command


def take(flags: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Remove the named options from a command's arguments, and return their values."""
    return {name: flags.pop(name) for name in names}
