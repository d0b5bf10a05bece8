"""What a command line says about a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TestOptions:
    """How a net is tested, and what is made of it.

    Attributes:
        iterations: how many batches; None for the solver's `test_iter`.
        whole: take every record of the source exactly once instead.
        top_k: a true class among so many best ones counts as right.
        views: the name of the views of each image; None looks once, as the net itself does.
        softmax_layer: the layer that gives the classes' probabilities; None for the last softmax.
        per_class: show each class's accuracy.
        confusion: where the confusion matrix goes.
        labels: a file with the classes' names.
        output: where all figures go, as JSON.
    """

    # Not a test of pytest's, whatever its name begins with.
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
