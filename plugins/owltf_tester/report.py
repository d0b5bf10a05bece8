"""What a test tells while it goes on; each way of showing it is a file of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from owltf.api import NetBatches
from owltf_tester.measure import Measured
from owltf_tester.tally import Result

if TYPE_CHECKING:
    from owltf_tester.net_test import NetTest

# An output of more values is for the JSON; as lines it would hide the others.
_MOST_VALUES = 100


class Report:
    """Tells nothing; the base of those that do."""

    def note(self, note: str) -> None:
        """Tell a sentence."""

    def started(self, test: NetTest, batches: NetBatches) -> None:
        """Tell that a net is being tested."""

    def measured(self, batch: Measured, right: int | None) -> None:
        """Tell what a batch gave, and how many of its places are right."""

    def finished(self, test: NetTest, result: Result) -> None:
        """Tell the figures."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def shown(outputs: Mapping[str, np.ndarray]) -> Iterator[tuple[str, float]]:
    """Yield the values of a net's outputs by blob name, without very long outputs."""
    for name, values in outputs.items():
        if values.size <= _MOST_VALUES:
            yield from ((name, value) for value in values.reshape(-1).tolist())


def class_rows(test: NetTest, result: Result) -> Iterator[tuple[str, str, int]]:
    """Yield each class's name, accuracy and number of places, if the options ask for them."""
    if test.options.per_class:
        for name, top in zip(test.names, result.per_class, strict=True):
            yield name, f"{top.accuracy:.4g}" if top.total else "-", top.total


def weighted(test: NetTest, name: str, value: float) -> str:
    """Return Caffe's words for an output that counts in the loss, nothing for others."""
    weight = math.fsum(loss.weight for loss in test.net.losses if loss.top == name)
    return f" (* {weight:g} = {weight * value:g} loss)" if weight else ""
