"""Labels of consecutive records, looked at together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy.typing as npt


class LabelGroup(NamedTuple):
    """Labels, and where each is.

    Attributes:
        values: the labels (N,).
        place: returns the place of one of them, by its number in the group: "record 17".
    """

    values: npt.NDArray[Any]
    place: Callable[[int], str]
