"""Writes strings and numbers as Python literals, which can never run as code."""

from __future__ import annotations

from typing import Any

import numpy as np


def literal(value: Any) -> str:
    """Return the Python source of a value, which Python reads as that value and nothing else.

    Everything that a program takes from a user's file goes through here, as names may hold quotes,
    line breaks and worse.

    Raises:
        TypeError: if it is not a string, number, boolean or None, or a list or tuple of these.
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
    # Python's escape does not escape quotes, and accepts half of a surrogate pair.
    escaped = text.encode("unicode_escape").decode("ascii")
    return '"' + escaped.replace('"', '\\"') + '"'


def _sequence(values: list[Any] | tuple[Any, ...]) -> str:
    inside = ", ".join(map(literal, values))
    if isinstance(values, list):
        return f"[{inside}]"
    return f"({inside},)" if len(values) == 1 else f"({inside})"


def _real(value: float | np.floating[Any]) -> str:
    # Written as a float32: 1e-05 and not 9.999999747378752e-06.
    with np.errstate(over="ignore"):
        short = np.float32(value)
    return str(short) if np.isfinite(short) else f'float("{short}")'
