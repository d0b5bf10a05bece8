"""Which of two values of a test output is the better one."""

from __future__ import annotations

from collections.abc import Mapping

_LOWER = ("loss", "error", "err", "distance", "mse", "rmse", "mae")
_HIGHER = ("top", "acc")


def lower_is_better(name: str, loss_weights: Mapping[str, float] | None = None) -> bool:
    """Return whether an output gets better as it falls: a loss, or one named as an error is.

    Of `loss3/top-1` the last part counts, of `loss3/classifier` the first one.

    Args:
        name: the output's blob.
        loss_weights: the weights of those outputs that are losses.
    """
    if (loss_weights or {}).get(name):
        return True
    last = _words(name.rpartition("/")[2])
    if any(map(_is_lower, last)) or any(word.startswith(_HIGHER) for word in last):
        return any(map(_is_lower, last))
    return any(map(_is_lower, _words(name)))


def _words(name: str) -> list[str]:
    return name.lower().replace("-", "_").replace("/", "_").split("_")


def _is_lower(word: str) -> bool:
    return word in _LOWER or word.startswith("loss") or word.endswith("loss")


def is_better(value: float, than: float, *, lower: bool) -> bool:
    """Return whether a value is better than another; a value that is no number never is."""
    if than != than:
        return value == value
    return value < than if lower else value > than
