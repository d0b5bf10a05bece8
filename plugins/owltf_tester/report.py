"""What a test tells while it goes on; each way of showing it is a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from owltf_tester.measure import Measured
from owltf_tester.tally import Result
from owltf_tester.testing import Testing

# An output of more values is for the JSON; as lines it would hide the others.
_MOST_VALUES = 100


class ScoreReport:
    """Tells nothing; the base of those that do."""

    def note(self, note: str) -> None:
        """Tell a sentence."""

    def started(self, testing: Testing) -> None:
        """Tell that a net is being tested."""

    def measured(self, batch: Measured, right: int | None) -> None:
        """Tell what a batch gave, and how many of its places are right."""

    def finished(self, testing: Testing, result: Result) -> None:
        """Tell the figures."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def shown(outputs: Mapping[str, np.ndarray]) -> Iterator[tuple[str, float]]:
    """Yield the values of a net's outputs by blob name, without very long outputs."""
    for name, values in outputs.items():
        if values.size <= _MOST_VALUES:
            yield from ((name, value) for value in values.reshape(-1).tolist())


def class_rows(testing: Testing, result: Result) -> Iterator[tuple[str, str, int]]:
    """Yield each class's name, accuracy and number of places, if they are to be shown."""
    if testing.per_class:
        for name, top in zip(testing.class_names, result.per_class, strict=True):
            yield name, f"{top.accuracy:.4g}" if top.total else "-", top.total


def weighted(testing: Testing, name: str, value: float) -> str:
    """Return Caffe's words for an output that counts in the loss, nothing for others."""
    weight = testing.weights.get(name, 0)
    return f" (* {weight:g} = {weight * value:g} loss)" if weight else ""
