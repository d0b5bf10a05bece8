"""The option by which a command's user gets lines where a terminal would show more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from owltf.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

Report = TypeVar("Report")


def plain_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--plain`, whose value `plain` is for `choose_report`.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return click.option(
        "--plain",
        is_flag=True,
        help="Print lines like Caffe's log, as is done where the output is no terminal.",
    )(command)


def choose_report(
    plain: bool,
    lines: Callable[[Callable[[str], None]], Report],
    terminal: Callable[[Console], Report],
) -> Report:
    """Return what tells people of a command's work: lines, or more in a terminal.

    Args:
        plain: whether lines are wanted in a terminal, too.
        lines: makes the one for lines, from a function that prints a line.
        terminal: makes the one for a terminal.
    """
    from rich.console import Console

    console = Console()
    if plain or not console.is_terminal:
        return lines(lambda line: print(printable(line), flush=True))
    return terminal(console)
