"""What the commands of this plugin have in common: options, and how they speak."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from owltf.api import printable

# Caffe writes its flags with underscores.
CAFFE_SPELLINGS = {"token_normalize_func": lambda word: word.replace("_", "-")}

force_option = click.option("--force", is_flag=True, help="Replace what is there already.")
plain_option = click.option("--plain", is_flag=True, help="Show no progress bar in a terminal.")
backend_option = click.option(
    "--backend",
    type=click.Choice(["lmdb", "leveldb"], case_sensitive=False),
    default="lmdb",
    show_default=True,
    help="The kind of database.",
)
pixels_option = click.option(
    "--max-image-pixels",
    type=click.IntRange(min=1),
    metavar="N",
    help="Decode no image of more pixels, by what its file says. [default: 178956970]",
)

Tell = Callable[[str], Any]


def tell(line: str) -> None:
    """Print a line, with control characters shown."""
    click.echo(printable(line))
