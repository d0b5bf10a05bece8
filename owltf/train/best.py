"""Which of two values of a test output is the better one."""

from __future__ import annotations

from collections.abc import Mapping

_LOWER = ("loss", "error", "err", "distance", "mse", "rmse", "mae")


def lower_is_better(name: str, loss_weights: Mapping[str, float] | None = None) -> bool:
    """Return whether an output gets better as it falls: a loss, or one named as an error is.

    Args:
        name: the output's blob.
        loss_weights: the weights of those outputs that are losses.
    """
    words = name.lower().replace("-", "_").replace("/", "_").split("_")
    named = any(word.startswith("loss") or word.endswith("loss") for word in words)
    return bool((loss_weights or {}).get(name)) or named or any(each in _LOWER for each in words)


def is_better(value: float, than: float, *, lower: bool) -> bool:
    """Return whether a value is better than another; a value that is no number never is."""
    if than != than:
        return value == value
    return value < than if lower else value > than
