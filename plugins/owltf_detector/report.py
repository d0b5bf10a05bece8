"""Prints detections: as tables in a terminal, as lines in a pipe, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from owltf.api import printable
from owltf_detector.detector import Detections, Found

_SIDES = ("left", "top", "right", "bottom")


def show(detections: Iterable[Detections], *, as_json: bool) -> None:
    """Print the objects of each image as they are found; JSON when all are.

    Args:
        detections: the objects.
        as_json: print JSON.
    """
    from rich.console import Console

    console = Console()
    if as_json:
        show_json(detections)
    elif console.is_terminal:
        show_table(console, detections)
    else:
        show_lines(detections)


def show_table(console: Any, detections: Iterable[Detections]) -> None:
    """Print a table for each image to a terminal."""
    from rich.table import Table
    from rich.text import Text

    for each in detections:
        table = Table(box=None)
        table.add_column("score", justify="right")
        for side in _SIDES:
            table.add_column(side, justify="right")
        table.add_column("class", overflow="fold")
        for found in each.found:
            sides = (f"{side:.0f}" for side in found.box)
            table.add_row(f"{found.score:.4f}", *sides, Text(printable(found.name)))
        console.print(Text(printable(each.image), "bold"))
        console.print(table if each.found else "no object")
        if each.drawing:
            console.print(Text(f"Wrote {printable(str(each.drawing))}"))


def show_lines(detections: Iterable[Detections]) -> None:
    """Print a line for each object: image, class, score, left, top, right, bottom, by tabs."""
    for each in detections:
        for found in each.found:
            sides = (f"{side:.1f}" for side in found.box)
            parts = [each.image, found.name, f"{found.score:.4f}", *sides]
            click.echo("\t".join(map(printable, parts)))
        if each.drawing:
            click.echo(printable(f"Wrote {each.drawing}"), err=True)


def show_json(detections: Iterable[Detections]) -> None:
    """Print a JSON list with an object for each image."""
    found = [
        {
            "image": each.image,
            "drawing": None if each.drawing is None else str(each.drawing),
            "objects": [_object(item) for item in each.found],
        }
        for each in detections
    ]
    click.echo(json.dumps(found, indent=2))


def _object(found: Found) -> dict[str, Any]:
    sides = dict(zip(_SIDES, found.box, strict=True))
    return {"class": found.label, "name": found.name, "score": found.score, **sides}
