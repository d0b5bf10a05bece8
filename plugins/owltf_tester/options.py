"""The options of a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TestOptions:
    """The options of a test, as of the command line.

    Attributes:
        iterations: how many batches; None for the solver's `test_iter`.
        whole: take every record of the source exactly once instead.
        top_k: for each number k, count how often the true class is among the k best.
        views: the name of the views of each image; None looks once, as the net itself does.
        softmax_layer: the layer that gives the classes' probabilities; None for the last softmax.
        per_class: show each class's accuracy.
        confusion: the file to write the confusion matrix to.
        labels: a file with the classes' names.
        output: the file to write all figures to, as JSON.
    """

    # Tells pytest that this is not one of its tests, despite the name.
    __test__ = False

    iterations: int | None = None
    whole: bool = False
    top_k: Sequence[int] = (1, 5)
    views: str | None = None
    softmax_layer: str | None = None
    per_class: bool = False
    confusion: Path | None = None
    labels: Path | None = None
    output: Path | None = None
