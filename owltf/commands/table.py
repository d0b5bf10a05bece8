"""Prints tables to a terminal, into a pipe, or as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from owltf.printable import printable

# In a pipe each row is one line, so that `grep` finds whole rows.
_UNBROKEN = 100_000
# What Markdown would not show as it is; an underscore inside a word it does.
_MARKUP = re.compile(r"[\\`*|<>&~]|(?<=\])\(|(?<!\w)_|_(?!\w)")


# A cell: its text, or its lines.
Cell = str | Sequence[str]


def print_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
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


def _table(headings: Sequence[str], rows: Sequence[Sequence[Cell]], box: Any) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        # A str would be read as rich's markup, in which brackets have a meaning.
        table.add_row(*(Text(_shown(cell)) for cell in row))
    return table


def _shown(cell: Cell) -> str:
    lines = (cell,) if isinstance(cell, str) else cell
    return "\n".join(map(printable, lines))


def print_markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    lines = [map(_literal, headings), ("---",) * len(headings)]
    for cells in (*lines, *(map(_literal, row) for row in rows)):
        click.echo(f"| {' | '.join(cells)} |")


def _literal(cell: str) -> str:
    """Return a cell that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\g<0>", printable(cell))
