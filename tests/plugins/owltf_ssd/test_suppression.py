"""Suppression of all boxes at once keeps what a greedy loop keeps."""

from __future__ import annotations

import numpy as np
import pytest
from owltf_ssd.boxes import box_overlaps
from owltf_ssd.suppression import keep_boxes


def greedy(boxes: np.ndarray, threshold: float, eta: float) -> list[bool]:
    """Return what Caffe's loop keeps."""
    kept: list[int] = []
    for index, box in enumerate(boxes):
        if all(box_overlaps(box, boxes[other]) <= threshold for other in kept):
            kept.append(index)
            if eta < 1 and threshold > 0.5:
                threshold *= eta
    return [index in kept for index in range(len(boxes))]


@pytest.mark.parametrize(("threshold", "eta"), [(0.2, 1.0), (0.45, 1.0), (0.8, 0.9)])
def test_it_keeps_what_a_greedy_loop_keeps(threshold: float, eta: float) -> None:
    rng = np.random.default_rng(1)
    low = rng.uniform(0, 0.5, (3, 30, 2))
    boxes = np.concatenate([low, low + rng.uniform(0.2, 0.6, (3, 30, 2))], -1).astype(np.float32)
    kept = keep_boxes(boxes, np.ones((3, 30), bool), threshold, eta, box_overlaps)
    wanted = [greedy(each, threshold, eta) for each in boxes]
    assert 0 < np.mean(wanted) < 1
    np.testing.assert_array_equal(kept, wanted)
