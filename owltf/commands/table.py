"""Prints tables to a terminal, into a pipe, or as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

# In a pipe each row is one line, so that `grep` finds whole rows.
_UNBROKEN = 100_000


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table that fits the terminal, or plain columns if the output is a pipe or a file."""
    from rich import box
    from rich.console import Console

    console = Console()
    if console.is_terminal:
        console.print(_table(headings, rows, box.SIMPLE_HEAD))
        return
    plain = Console(width=_UNBROKEN)
    with plain.capture() as captured:
        plain.print(_table(headings, rows, None))
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], box: Any) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        # A str would be read as rich's markup, in which brackets have a meaning.
        table.add_row(*map(Text, row))
    return table


def print_markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    for row in (headings, ("---",) * len(headings), *rows):
        cells = (cell.replace("|", "\\|") for cell in row)
        click.echo(f"| {' | '.join(cells)} |")
