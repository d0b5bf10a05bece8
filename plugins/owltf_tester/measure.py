"""Computes the net's outputs and class scores on each batch of a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from owltf.api import (
    Batch,
    BatchRunner,
    ClassScores,
    Devices,
    Net,
    View,
    WholeImages,
    collected_outputs,
    run_views,
)


@dataclass(frozen=True)
class Measured:
    """The results of one batch.

    Attributes:
        rows: how many records it holds.
        loss: the weighted sum of the net's losses; None if it was not computed.
        outputs: the net's outputs by blob name; those with a row for each record as their mean.
        collected: the outputs that the figures of all batches are made of, by blob name.
        scores: the scores of the classes (places, classes), None if there are none.
        labels: the true class of each row of the scores.
    """

    rows: int
    loss: float | None = None
    outputs: Mapping[str, np.ndarray] = field(default_factory=dict)
    collected: Mapping[str, np.ndarray] = field(default_factory=dict)
    scores: np.ndarray | None = None
    labels: np.ndarray | None = None


def measure(
    net: Net, devices: Devices, scores: ClassScores | None, batches: Iterable[Batch]
) -> Iterator[Measured]:
    """Yield the outputs and class scores of a net on each batch.

    Args:
        net: the net.
        devices: where it runs.
        scores: the scores of its classes, if it has some.
        batches: the batches.
    """
    wanted = {
        "outputs": {name: net.blob(name).to_caffe().tensor for name in net.outputs},
        "losses": [loss.tensor for loss in net.losses],
        "effects": [effect.tensor for effect in net.effects],
        "judged": _judged(scores),
    }
    collected = collected_outputs(net)
    with_rows = {name for name in net.outputs if net.blob(name).tensor.shape[:1] == (None,)}
    for batch, values in BatchRunner(net, wanted, devices).run(batches):
        outputs = values["outputs"].items()
        terms = zip(net.losses, values["losses"], strict=True)
        yield Measured(
            rows=batch.rows,
            loss=sum(loss.weight * float(value.sum()) for loss, value in terms),
            outputs={
                name: value.mean(0) if name in with_rows else value
                for name, value in outputs
                if name not in collected
            },
            collected={name: value for name, value in outputs if name in collected},
            **_places(scores, values["judged"]),
        )


def measure_views(
    net: Net,
    devices: Devices,
    scores: ClassScores,
    batches: Iterable[Batch],
    views: tuple[Sequence[View], WholeImages],
) -> Iterator[Measured]:
    """Yield the scores of each batch, averaged over several views of each image.

    Args:
        net: the net.
        devices: where it runs.
        scores: the probabilities of its classes.
        batches: batches of whole images.
        views: the views, and the whole images that they are cut from.
    """
    seen, whole = views
    runner = BatchRunner(net, _judged(scores), devices)
    size = (whole.crop_size, whole.crop_size)
    for batch, values in run_views(runner, batches, seen, blob=whole.blob, size=size):
        yield Measured(rows=batch.rows, **_places(scores, values))


def _judged(scores: ClassScores | None) -> dict[str, Any]:
    if scores is None:
        return {}
    labels = {} if scores.labels is None else {"labels": scores.labels}
    return {"scores": scores.tensor, **labels}


def _places(scores: ClassScores | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return scores and labels as rows, without those whose label is ignored."""
    if scores is None or "labels" not in values:
        return {}
    rows = values["scores"].reshape(-1, scores.classes)
    labels = values["labels"].reshape(-1).astype(np.int64)
    if scores.ignore_label is not None:
        counted = labels != scores.ignore_label
        rows, labels = rows[counted], labels[counted]
    return {"scores": rows, "labels": labels}
