"""The options by which a command's user chooses what computes a net, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from owltf.forms.engines import AUTO
from owltf.options.common import with_options


def engine_option(command: Callable[..., Any], default: str = AUTO) -> Callable[..., Any]:
    """Add `--engine` and `--no-optimize` to a command, for arguments of `load_net`.

    Args:
        command: the command's function, before `click.command()` decorates it.
        default: the engine where none is given.
    """
    return with_options(command, (_engine(default), _OPTIMIZE))


def _engine(default: str) -> Callable[..., Any]:
    return click.option(
        "--engine",
        default=default,
        show_default=True,
        metavar="tensorflow|onnxruntime|auto",
        help="What computes the net. auto takes another engine than TensorFlow where one is "
        "installed that can compute the net.",
    )


_OPTIMIZE = click.option(
    "--no-optimize",
    "optimize",
    is_flag=True,
    flag_value=False,
    default=True,
    help="Let TensorFlow compute BatchNorm, Scale and Bias as layers of their own, not folded into "
    "the layer before.",
)
