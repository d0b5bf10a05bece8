"""The option `--engine`, by which a command's user chooses what computes a net."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.forms.engine import Engine

TENSORFLOW, AUTO = "tensorflow", "auto"


def engine_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--engine` to a command; `engine_of` takes its value `engine`.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return click.option(
        "--engine",
        default=AUTO,
        show_default=True,
        metavar="tensorflow|onnxruntime|auto",
        help="What computes the net. auto takes another engine than TensorFlow where one is "
        "installed that can compute the whole net, and finds its form of the net in the cache the "
        "next time.",
    )(command)


def engine_of(registry: Any, name: str) -> Engine | None:
    """Return the engine of a name; None for TensorFlow.

    Args:
        registry: what plugins bring.
        name: the option's value; "auto" is the first engine that is installed.

    Raises:
        OwltfError: if there is no such engine, or it is not installed.
    """
    if name == TENSORFLOW:
        return None
    engines: dict[str, Engine] = dict(registry.engines)
    if name == AUTO:
        return next((each for each in engines.values() if each.missing() is None), None)
    if name not in engines:
        known = (TENSORFLOW, AUTO, *engines)
        raise OwltfError(f"--engine {name}: there is no such engine: {did_you_mean(name, known)}")
    missing = engines[name].missing()
    if missing is not None:
        raise OwltfError(f"--engine {name}: {missing}")
    return engines[name]
