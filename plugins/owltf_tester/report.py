"""The base class of reports, which show people a test while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from owltf_tester.measure import Measured
from owltf_tester.tally import Result
from owltf_tester.testing import Testing

# Longer outputs are only in the JSON file; on the screen they would hide the others.
_MOST_VALUES = 100


class ScoreReport:
    """Shows nothing; subclasses show the events of a test in their own way."""

    def note(self, note: str) -> None:
        """Show a sentence."""

    def started(self, testing: Testing) -> None:
        """Show that the test of a net begins."""

    def measured(self, batch: Measured, right: int | None) -> None:
        """Show the results of a batch, and how many of its labels were predicted right."""

    def finished(self, testing: Testing, result: Result) -> None:
        """Show the result of the test."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def shown(outputs: Mapping[str, np.ndarray]) -> Iterator[tuple[str, float]]:
    """Yield the values of a net's outputs by blob name, without very long outputs."""
    for name, values in outputs.items():
        if values.size <= _MOST_VALUES:
            yield from ((name, value) for value in values.reshape(-1).tolist())


def class_rows(testing: Testing, result: Result) -> Iterator[tuple[str, str, int]]:
    """Yield each class's name, accuracy and number of labels, if these are to be shown."""
    if testing.per_class:
        for name, top in zip(testing.class_names, result.per_class, strict=True):
            yield name, f"{top.accuracy:.4g}" if top.total else "-", top.total


def weighted(testing: Testing, name: str, value: float) -> str:
    """Return Caffe's words for the share of an output in the loss; empty if it has none."""
    weight = testing.weights.get(name, 0)
    return f" (* {weight:g} = {weight * value:g} loss)" if weight else ""
