"""Finds the engine of a name among those that plugins bring."""

from __future__ import annotations

from typing import Any

from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.forms.engine import Engine

TENSORFLOW, AUTO = "tensorflow", "auto"


def engine_of(registry: Any, name: str) -> Engine | None:
    """Return the engine of a name; None for TensorFlow.

    Args:
        registry: what plugins bring.
        name: its name; "auto" is the first engine that is installed.

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
        raise OwltfError(f"engine {name}: there is no such engine: {did_you_mean(name, known)}")
    missing = engines[name].missing()
    if missing is not None:
        raise OwltfError(f"engine {name}: {missing}")
    return engines[name]
