"""Numbers that fit a column."""

from __future__ import annotations

from math import isnan

WIDTH = 9
_DIGITS = 6


def number(value: float) -> str:
    """Return a number in up to `WIDTH` characters, with as many of six digits as fit."""
    return _fitting(value, "", _DIGITS)


def change(value: float) -> str:
    """Return a difference with its sign in up to `WIDTH` characters; "" for one that is none."""
    return "" if isnan(value) else _fitting(value, "+", 3)


def _fitting(value: float, sign: str, digits: int) -> str:
    text = f"{value:{sign}.{digits}g}"
    return text if len(text) <= WIDTH or digits == 1 else _fitting(value, sign, digits - 1)
