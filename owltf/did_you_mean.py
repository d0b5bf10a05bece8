"""Hints for a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LISTED = 10


def did_you_mean(name: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return a hint that lists the known names closest to an unknown one.

    Args:
        name: the unknown name.
        known: the names that there are.
        otherwise: the hint where no name is close; the first of the known names unless given.
    """
    names = sorted(known)
    by_lower = {each.lower(): each for each in names}
    close = [by_lower[each] for each in get_close_matches(name.lower(), by_lower, 3, 0.5)]
    if close:
        return "did you mean " + " or ".join(repr(each) for each in close) + "?"
    if otherwise is not None:
        return otherwise
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return "known: " + ", ".join(names[:LISTED]) + more
