"""True boxes are given to the likest anchor, and to others that are alike enough."""

from __future__ import annotations

from typing import Any

import numpy as np
from owltf_yolo.predicted_by import Predictions, predicted_by
from owltf_yolo.truth import read_truth

ANCHORS = np.array([[0.1, 0.1], [0.2, 0.2], [0.4, 0.4]], np.float32)
# As wide as the second anchor; as the third; none.
TRUTH = np.array([[0, 0.3, 0.6, 0.2, 0.21, 1, 0.9, 0.9, 0.4, 0.39, 0, 0, 0, 0, 0]], np.float32)


def given(mask: list[int], least: float) -> list[tuple[int, ...]]:
    """Return the true box, row, column and anchor of each prediction that counts."""
    options: dict[str, Any] = {"mask": mask, "iou_thresh": least}
    found: Predictions = predicted_by(read_truth(TRUTH), (4, 4), ANCHORS, options)
    rows = zip(found.box.numpy(), found.places.numpy()[0], found.counts.numpy()[0], strict=True)
    return [(int(box), *place.tolist()) for box, place, counts in rows if counts]


def test_the_likest_anchor_alone() -> None:
    assert given([0, 1, 2], 1) == [(0, 2, 1, 1), (1, 3, 3, 2)]
    assert given([2], 1) == [(1, 3, 3, 0)]
    assert given([0], 1) == []


def test_others_that_are_alike() -> None:
    assert (0, 2, 1, 0) in given([0, 1, 2], 0.2)
    assert given([0], 0.2) == [(0, 2, 1, 0)]
