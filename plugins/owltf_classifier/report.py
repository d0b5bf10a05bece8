"""Shows predictions: in a terminal, in a pipe, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from owltf_classifier.predictions import Prediction


def show_table(console: Any, predictions: Iterable[Prediction]) -> None:
    """Show a table for each image in a terminal.

    Args:
        console: a rich console.
        predictions: what a net says.
    """
    from rich.table import Table
    from rich.text import Text

    for prediction in predictions:
        table = Table(show_header=False)
        table.add_column(justify="right")
        table.add_column(overflow="fold")
        for guess in prediction.guesses:
            table.add_row(f"{guess.score:.4f}", Text(guess.name))
        # A table's own title would be broken at the table's width.
        console.print(Text(prediction.image, "bold"), table)


def show_lines(predictions: Iterable[Prediction]) -> None:
    """Print the lines of Caffe's classification example."""
    for prediction in predictions:
        click.echo(f"---------- Prediction for {prediction.image} ----------")
        for guess in prediction.guesses:
            click.echo(f'{guess.score:.4f} - "{guess.name}"')


def show_json(predictions: Iterable[Prediction]) -> None:
    """Print one JSON list of all images."""
    found = [
        {
            "image": prediction.image,
            "classes": [
                {"class": guess.number, "name": guess.name, "score": guess.score}
                for guess in prediction.guesses
            ],
        }
        for prediction in predictions
    ]
    click.echo(json.dumps(found, indent=2))
