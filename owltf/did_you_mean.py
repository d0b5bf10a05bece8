"""The hint of an error about an unknown name: the known names closest to it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

LISTED = 10
_MOST, _LEAST_RATIO, _BEHIND_BEST = 3, 0.7, 0.1
# Two letters changed places in a name of two: `pi` for `ip`.
_SHORT, _LEAST_OF_SHORT = 3, 0.5
# `Conv` is close to Convolution, however long the rest is.
_BEGINNING, _OF_BEGINNING = 4, 0.75
_COMMON = "_param"


def did_you_mean(name: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return a hint that lists the known names closest to an unknown one.

    Args:
        name: the unknown name.
        known: the known names.
        otherwise: the hint if no name is close; a list of the first known names unless given.
    """
    names = tuple(sorted(known))
    close = _close(name, names)
    if close:
        return f"did you mean {' or '.join(map(repr, close))}?"
    if otherwise is not None:
        return otherwise
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"known: {', '.join(names[:LISTED])}{more}"


# A file may have one unknown name thousands of times.
@lru_cache
def _close(name: str, known: tuple[str, ...]) -> list[str]:
    """Return the names that are like another, the closest first, and none far behind it."""
    ratios = {each: _ratio(_plain(each), _plain(name)) for each in known}
    lowest = _LEAST_RATIO if len(name) > _SHORT else _LEAST_OF_SHORT
    least = max(lowest, max(ratios.values(), default=0.0) - _BEHIND_BEST)
    close = sorted((each for each in ratios if ratios[each] >= least), key=lambda k: -ratios[k])
    return close[:_MOST]


def _ratio(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1."""
    ratio = SequenceMatcher(None, one, other).ratio()
    short, long = sorted((one, other), key=len)
    begins = len(short) >= _BEGINNING and long.startswith(short)
    return max(ratio, _OF_BEGINNING) if begins else ratio


def _plain(name: str) -> str:
    # What all parameters have in common makes none of them like another.
    return name.removesuffix(_COMMON).lower()
