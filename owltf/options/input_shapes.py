"""The option `--input-shape`, which gives a net's inputs other shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def _shapes(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> dict[str, tuple[int, ...]]:
    return dict(_shape(value) for value in values)


def _shape(value: str) -> tuple[str, tuple[int, ...]]:
    blob, colon, sizes = value.rpartition(":")
    numbers = sizes.split(",")
    if not blob or not colon or not all(each.isdigit() and int(each) for each in numbers):
        raise click.BadParameter(f"'{value}' is not a blob and its shape, such as data:1,3,227,227")
    return blob, tuple(map(int, numbers))


def input_shape_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--input-shape` to a command; its value `input_shapes` is an argument of `load_net`.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return click.option(
        "--input-shape",
        "input_shapes",
        multiple=True,
        callback=_shapes,
        metavar="BLOB:N,C,H,W",
        help="Give an input of the net another shape than its prototxt does. May be repeated.",
    )(command)
