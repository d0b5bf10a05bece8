"""Boxes are coded and decoded, and overlap as areas do."""

from __future__ import annotations

import numpy as np
import pytest
from owltf_ssd.boxes import box_overlaps, decode_boxes, encode_boxes

PRIORS = np.array([[0.1, 0.2, 0.5, 0.4], [0.3, 0.3, 0.9, 0.8]], np.float32)
BOXES = np.array([[0.2, 0.1, 0.6, 0.5], [0.2, 0.4, 0.8, 0.9]], np.float32)
VARIANCES = np.array([[0.1, 0.1, 0.2, 0.2]], np.float32)


@pytest.mark.parametrize("code", ["CORNER", "CENTER_SIZE", "CORNER_SIZE"])
def test_a_coded_box_is_decoded(code: str) -> None:
    coded = encode_boxes(BOXES, PRIORS, VARIANCES, code)
    np.testing.assert_allclose(decode_boxes(coded, PRIORS, VARIANCES, code), BOXES, atol=1e-6)


def test_the_center_and_the_size_are_coded() -> None:
    coded = np.asarray(encode_boxes(BOXES[:1], PRIORS[:1], VARIANCES, "CENTER_SIZE"))
    np.testing.assert_allclose(coded, [[0.25 / 0.1, 0, 0, np.log(2) / 0.2]], atol=1e-5)


def test_overlaps() -> None:
    one, other = np.array([0, 0, 2, 2.0]), np.array([[1, 1, 3, 3.0], [2, 2, 3, 3], [1, 1, 0, 0]])
    np.testing.assert_allclose(box_overlaps(one, other), [1 / 7, 0, 0])
