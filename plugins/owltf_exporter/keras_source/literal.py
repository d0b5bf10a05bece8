"""Write strings and numbers as Python literals that can never be more than that."""

from __future__ import annotations

from typing import Any

import numpy as np


def literal(value: Any) -> str:
    """Return a value as it is written in Python; it is read back as nothing but that value.

    Whatever comes from a file of the user's goes through here into a program: names hold quotes,
    line breaks and worse.

    Raises:
        TypeError: if it is no string, number, boolean or None, nor a list or tuple of such.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        return _sequence(value)
    if value is None or isinstance(value, (bool, np.bool_)):
        return str(value)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return _real(value)
    raise TypeError(f"{type(value).__name__} has no literal: {value!r}")


def _text(text: str) -> str:
    # Python's escape leaves the quotes alone, and takes half of a surrogate pair too.
    escaped = text.encode("unicode_escape").decode("ascii")
    return '"' + escaped.replace('"', '\\"') + '"'


def _sequence(values: list[Any] | tuple[Any, ...]) -> str:
    inside = ", ".join(map(literal, values))
    if isinstance(values, list):
        return f"[{inside}]"
    return f"({inside},)" if len(values) == 1 else f"({inside})"


def _real(value: float | np.floating[Any]) -> str:
    # As a float32: 1e-05 and not 9.999999747378752e-06.
    with np.errstate(over="ignore"):
        short = np.float32(value)
    return str(short) if np.isfinite(short) else f'float("{short}")'
