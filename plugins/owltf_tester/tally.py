"""Adds up the results of the batches of a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from owltf.api import OwltfError
from owltf_tester.measure import Measured

Figures = Callable[[Sequence[np.ndarray]], Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class Top:
    """How often the true class was among the k best.

    Attributes:
        right: how often it was.
        total: how many labels there were.
    """

    right: int
    total: int

    @property
    def accuracy(self) -> float:
        """The share of labels for which it was."""
        return self.right / max(self.total, 1)


@dataclass(frozen=True)
class Result:
    """The result of a test.

    Attributes:
        batches: how many batches were taken.
        records: how many records were in them.
        loss: the mean loss; None if it was not computed.
        outputs: the mean of each output by blob name, flat; empty if it was of several sizes.
        top: how often the true class was among the k best, by k.
        per_class: the same for k = 1, by class; empty if there are no classes.
        confusion: how often each true class (row) was predicted as each class (column), or None.
    """

    batches: int
    records: int
    loss: float | None
    outputs: Mapping[str, np.ndarray]
    top: Mapping[int, Top] = field(default_factory=dict)
    per_class: Sequence[Top] = ()
    confusion: np.ndarray | None = None


def _added(total: np.ndarray | None, value: np.ndarray, rows: int) -> np.ndarray:
    """Return a weighted sum; an empty one if the values are of several sizes."""
    weighted = value.astype(np.float64) * rows
    if total is None:
        return weighted
    return total + weighted if total.shape == value.shape else weighted[:0]


class Tally:
    """Adds up the results of batches.

    Means are weighted by the records of each batch, so that a smaller last batch counts for less.

    Args:
        classes: how many classes there are; 0 if there are none.
        top_k: for each number k, count how often the true class is among the k best.
        with_confusion: count how often each class is predicted as each.
        figures: the functions that make figures of the outputs that are collected, by blob name.
    """

    def __init__(
        self,
        classes: int,
        top_k: Sequence[int],
        *,
        with_confusion: bool,
        figures: Mapping[str, Figures] | None = None,
    ) -> None:
        self._figures = figures or {}
        self._collected: dict[str, list[np.ndarray]] = {name: [] for name in self._figures}
        self._batches = self._records = 0
        self._loss: float | None = None
        self._outputs: dict[str, np.ndarray] = {}
        self._right = dict.fromkeys((k for k in top_k if k <= classes), 0)
        self._of_class, self._right_of_class = np.zeros((2, classes), np.int64)
        self._confusion = np.zeros((classes, classes), np.int64) if with_confusion else None

    def add(self, batch: Measured) -> int | None:
        """Add a batch; return how many of its labels were right, or None if there are no classes.

        Raises:
            OwltfError: if a label is out of range, or an output or a score is not a number.
        """
        self._check_numbers(batch)
        self._batches += 1
        self._records += batch.rows
        if batch.loss is not None:
            self._loss = (self._loss or 0.0) + batch.loss * batch.rows
        for name, value in batch.outputs.items():
            self._outputs[name] = _added(self._outputs.get(name), value, batch.rows)
        for name, value in batch.collected.items():
            self._collected[name].append(value)
        if batch.scores is None or batch.labels is None:
            return None
        return self._add_places(batch.scores, batch.labels)

    def _check_numbers(self, batch: Measured) -> None:
        values = {"the loss": batch.loss, "the classes' scores": batch.scores}
        values.update((f"output '{name}'", value) for name, value in batch.outputs.items())
        for name, value in values.items():
            if value is not None and np.isnan(value).any():
                raise OwltfError(
                    f"batch {self._batches}: {name}: not a number (NaN); the weights, or the "
                    f"data, are not what the net was trained with"
                )

    def result(self) -> Result:
        """Return the figures over all batches."""
        total = max(self._records, 1)
        places = int(self._of_class.sum())
        counts = zip(self._right_of_class.tolist(), self._of_class.tolist(), strict=True)
        return Result(
            batches=self._batches,
            records=self._records,
            loss=None if self._loss is None else self._loss / total,
            outputs={
                **{name: (each / total).reshape(-1) for name, each in self._outputs.items()},
                **self._made_figures(),
            },
            top={k: Top(right, places) for k, right in self._right.items()},
            per_class=[Top(*each) for each in counts],
            confusion=self._confusion,
        )

    def _made_figures(self) -> dict[str, np.ndarray]:
        made: dict[str, np.ndarray] = {}
        for name, tops in self._collected.items():
            made.update(self._figures[name](tops))
        return made

    def _add_places(self, scores: np.ndarray, labels: np.ndarray) -> int:
        classes = len(self._of_class)
        wrong = labels[(labels < 0) | (labels >= classes)]
        if len(wrong):
            raise OwltfError(f"label {wrong[0]} is out of range: there are {classes} classes")
        own = np.take_along_axis(scores, labels[:, None], 1)
        # As in Caffe's Accuracy, another class with the same score counts as better.
        better = (scores >= own).sum(1) - 1
        for k in self._right:
            self._right[k] += int((better < k).sum())
        np.add.at(self._of_class, labels, 1)
        np.add.at(self._right_of_class, labels, better < 1)
        if self._confusion is not None:
            np.add.at(self._confusion, (labels, scores.argmax(1)), 1)
        return int((better < 1).sum())
