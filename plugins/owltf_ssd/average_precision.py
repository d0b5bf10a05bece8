"""Average precision: how well detections find the true boxes of a class, in SSD's three ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from owltf.api import OwltfError, did_you_mean

# Caffe takes smaller steps of recall for none.
_LEAST = 1e-6


def precision_and_recall(scores: Any, right: Any, wrong: Any, positives: int) -> tuple[Any, Any]:
    """Return the precision and the recall of the best 1, 2, 3... detections.

    Args:
        scores: the detections' scores.
        right: 1 for each that found a true box.
        wrong: 1 for each that found none; one of a difficult box is neither.
        positives: how many true boxes there are.
    """
    order = np.argsort(-np.asarray(scores), kind="stable")
    found, missed = np.cumsum(right[order]), np.cumsum(wrong[order])
    return found / np.maximum(found + missed, 1), found / positives


def _eleven_points(precision: Any, recall: Any) -> float:
    """Return the mean of the best precisions at recalls of 0, 0.1, ... 1, as in VOC2007."""
    best = [precision[recall >= point / 10].max(initial=0) for point in range(11)]
    return float(np.mean(best))


def _envelope(precision: Any, recall: Any) -> float:
    """Return the area under the best precision at each recall or a greater one, as in VOC2012."""
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((best * np.diff(recall, prepend=0)).sum())


def _integral(precision: Any, recall: Any) -> float:
    """Return the area under the precision."""
    steps = np.diff(recall, prepend=0)
    return float((precision * np.where(steps > _LEAST, steps, 0)).sum())


VERSIONS = {"11point": _eleven_points, "MaxIntegral": _envelope, "Integral": _integral}


def average_precisions(batches: Sequence[np.ndarray], version: str) -> dict[int, float]:
    """Return the average precision of each class, by label.

    A class without true boxes, or that is never detected, has 0, which counts in Caffe's mean.

    Args:
        batches: what DetectionEvaluate gave for each batch, (..., 5).
        version: one of `VERSIONS`.

    Raises:
        OwltfError: if the version is not known.
    """
    if version not in VERSIONS:
        raise OwltfError(f"ap_version '{version}': {did_you_mean(version, VERSIONS)}")
    rows = np.concatenate([np.reshape(batch, (-1, 5)) for batch in batches]).astype(np.float64)
    counts, found = rows[rows[:, 0] == -1], rows[rows[:, 0] != -1]
    return {
        int(label): _of_class(found[found[:, 1] == label], counts[counts[:, 1] == label], version)
        for label in np.unique(counts[:, 1])
    }


def _of_class(found: Any, counts: Any, version: str) -> float:
    positives = int(counts[:, 2].sum())
    if not len(found) or not positives:
        return 0.0
    scores, right, wrong = found[:, 2:5].T
    return VERSIONS[version](*precision_and_recall(scores, right, wrong, positives))
