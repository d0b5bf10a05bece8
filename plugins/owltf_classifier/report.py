"""Prints predictions: as tables in a terminal, as lines in a pipe, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from owltf.api import printable
from owltf_classifier.prediction import Prediction


def show_table(console: Any, predictions: Iterable[Prediction]) -> None:
    """Print a table for each image to a terminal.

    Args:
        console: a rich console.
        predictions: the predictions, which are printed as they come.
    """
    from rich.table import Table
    from rich.text import Text

    for prediction in predictions:
        table = Table(show_header=False)
        table.add_column(justify="right")
        table.add_column(overflow="fold")
        for guess in prediction.guesses:
            table.add_row(f"{guess.score:.4f}", Text(printable(guess.name)))
        # rich would wrap a table's own title at the table's width.
        console.print(Text(printable(prediction.image), "bold"), table)


def show_lines(predictions: Iterable[Prediction]) -> None:
    """Print lines in the format of Caffe's classification example."""
    for prediction in predictions:
        click.echo(f"---------- Prediction for {printable(prediction.image)} ----------")
        for guess in prediction.guesses:
            click.echo(f'{guess.score:.4f} - "{printable(guess.name)}"')


def show_json(predictions: Iterable[Prediction]) -> None:
    """Print a JSON list with an object for each image."""
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
