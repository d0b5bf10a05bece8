"""Priors are matched with true boxes: first the best pairs, then by a threshold."""

from __future__ import annotations

import numpy as np
from owltf_ssd.matching import chosen_by_loss, match

OVERLAPS = np.array([[0.9, 0.8], [0.7, 0.3], [0.1, 0.0], [0.0, 0.6]], np.float32)


def test_each_true_box_has_its_prior() -> None:
    np.testing.assert_array_equal(match(OVERLAPS, None), [0, -1, -1, 1])


def test_the_others_are_matched_by_a_threshold() -> None:
    np.testing.assert_array_equal(match(OVERLAPS, 0.5), [0, 0, -1, 1])


def test_without_true_boxes_nothing_is_matched() -> None:
    np.testing.assert_array_equal(match(OVERLAPS[:, :0], 0.5), [-1, -1, -1, -1])


def test_the_hardest_of_the_eligible() -> None:
    eligible = np.array([True, False, True, True])
    chosen = chosen_by_loss(np.float32([1, 9, 3, 2]), eligible, 2, None, (0, -1))
    np.testing.assert_array_equal(chosen, [False, False, True, True])


def test_of_those_that_overlap_the_hardest_alone() -> None:
    boxes = np.float32([[0, 0, 1, 1], [0, 0, 1, 0.9], [2, 2, 3, 3], [5, 5, 6, 6]])
    losses, eligible = np.float32([1, 2, 3, 4]), np.array([True, True, True, False])
    chosen = chosen_by_loss(losses, eligible, 3, boxes, (0.5, -1))
    np.testing.assert_array_equal(chosen, [False, True, True, False])
    chosen = chosen_by_loss(losses, eligible, 3, boxes, (0.5, 1))
    np.testing.assert_array_equal(chosen, [False, False, True, False])
