"""Shows how far a command is: a bar in a terminal, nothing in a pipe or a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(total: int, unit: str, *, plain: bool = False) -> Iterator[Callable[..., object]]:
    """Show a progress bar in a terminal, and provide the function that advances it.

    Args:
        total: how many steps there will be.
        unit: what is counted: "batches".
        plain: show none in a terminal either.

    Yields:
        A function that takes the steps that were done, 1 unless given.
    """
    from rich.console import Console

    console = Console()
    if plain or not console.is_terminal:
        yield lambda steps=1: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(unit))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda steps=1: progress.advance(task, steps)
