"""A figure of a run at an iteration."""

from __future__ import annotations

from typing import NamedTuple

LOSS, RATE = "loss", "rate"


class Point(NamedTuple):
    """A figure at an iteration.

    Attributes:
        name: the figure: "loss", "rate", or an output's name.
        iteration: the iteration.
        value: its value.
        of_test: the number of the test net that gives it; None if it is of training.
        seconds: seconds since the log's first line; None if they are not known.
    """

    name: str
    iteration: float
    value: float
    of_test: int | None = None
    seconds: float | None = None
