from __future__ import annotations

import numpy as np
from made_shapes import message
from owltf_ssd.data.true_boxes import coverages, mirrored, overlaps, seen_through

ROWS = np.array([[1, 0, 0.1, 0.2, 0.3, 0.6, 0], [2, 0, 0.6, 0.5, 1, 1, 1]], np.float32)


def test_overlap_and_coverage() -> None:
    boxes = np.array([[0, 0, 0.5, 1], [0.9, 0.9, 1, 1]])
    other = np.array([0, 0, 1, 0.5])
    np.testing.assert_allclose(overlaps(boxes, other), [0.25 / 0.75, 0])
    np.testing.assert_allclose(coverages(boxes, other), [0.5, 0])


def test_boxes_are_cut_at_a_window() -> None:
    found = seen_through(ROWS, np.array([0.2, 0.2, 0.6, 0.6]))
    np.testing.assert_allclose(found, [[1, 0, 0, 0, 0.25, 1, 0]], atol=1e-6)


def test_a_window_beyond_the_image() -> None:
    found = seen_through(ROWS, np.array([-1, 0, 1, 1]))
    np.testing.assert_allclose(found[0], [1, 0, 0.55, 0.2, 0.65, 0.6, 0], atol=1e-6)


def test_what_a_box_must_show() -> None:
    window = np.array([0.2, 0.2, 0.6, 0.6])
    center = message("EmitConstraint", emit_type=0)
    assert len(seen_through(ROWS, window, center)) == 1
    most = message("EmitConstraint", emit_type=1, emit_overlap=0.6)
    assert not len(seen_through(ROWS, window, most))


def test_mirroring() -> None:
    np.testing.assert_allclose(mirrored(ROWS)[:, 2:6], [[0.7, 0.2, 0.9, 0.6], [0, 0.5, 0.4, 1]])
