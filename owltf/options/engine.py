"""The option `--engine`, by which a command's user chooses what computes a net."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from owltf.forms.engines import AUTO


def engine_option(command: Callable[..., Any], default: str = AUTO) -> Callable[..., Any]:
    """Add `--engine` to a command; `owltf.forms.engines.engine_of` takes its value.

    Args:
        command: the command's function, before `click.command()` decorates it.
        default: the value where it is not given.
    """
    return click.option(
        "--engine",
        default=default,
        show_default=True,
        metavar="tensorflow|onnxruntime|auto",
        help="What computes the net. auto takes another engine than TensorFlow where one is "
        "installed that can compute the net.",
    )(command)
