"""The head of a run's screen: what is trained, where, and on which data."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from owltf.plugin.events import Setup
from owltf.printable import printable


def plain_text(text: str, style: str = "") -> Text:
    """Return text as it is: rich would take brackets in a str for its markup."""
    return Text(printable(text), style)


def header(setup: Setup) -> Table:
    """Return what describes a run before it begins, a line for each fact.

    Args:
        setup: the run.
    """
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", justify="right")
    grid.add_column(overflow="fold")
    for name, value in _facts(setup):
        grid.add_row(plain_text(name), plain_text(value))
    return grid


def _facts(setup: Setup) -> list[tuple[str, str]]:
    facts = [
        ("net", setup.net or "without a name"),
        ("solver", setup.solver),
        ("devices", ", ".join(setup.devices)),
        ("parameters", f"{setup.params:,}"),
        *setup.sources.items(),
        ("iterations", f"{setup.iteration:,} to {setup.max_iter:,}, {setup.batch} images each"),
        ("seed", str(setup.seed)),
    ]
    facts += [(f"weights {file}", loaded.summary()) for file, loaded in setup.loaded.items()]
    return facts + [("note", note) for note in setup.notes]
