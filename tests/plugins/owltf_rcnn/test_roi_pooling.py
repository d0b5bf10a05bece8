"""ROIPooling gives the figures of a real build, and those of its definition."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
import pytest
from rcnn_layers import FEATURES, REGIONS_ONLY, ROIS, check_oracle, keeps_the_contract, run

from owltf.testing import one_layer


def layer(height: int, width: int, scale: float) -> str:
    fields = f"pooled_h: {height} pooled_w: {width} spatial_scale: {scale}"
    field = f"roi_pooling_param {{ {fields} }}"
    return one_layer(f'type: "ROIPooling" {field}', FEATURES.shape, ROIS.shape)


def rounded(value: float) -> int:
    """Return C's round: halves go away from 0."""
    return int(np.sign(value) * floor(abs(value) + 0.5))


def pooled(height: int, width: int, scale: float, grad: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the tops and the gradient of the features, bin by bin."""
    tops, back = np.zeros((len(ROIS), 12, height, width), np.float32), np.zeros_like(FEATURES)
    rows, columns = FEATURES.shape[2:]
    for r, (image, *corners) in enumerate(ROIS):
        x1, y1, x2, y2 = (rounded(float(np.float32(each) * np.float32(scale))) for each in corners)
        steps = (max(y2 - y1 + 1, 1) / height, max(x2 - x1 + 1, 1) / width)
        for c, i, j in np.ndindex(12, height, width):
            top, left = floor(i * steps[0]) + y1, floor(j * steps[1]) + x1
            end, right = ceil((i + 1) * steps[0]) + y1, ceil((j + 1) * steps[1]) + x1
            top, end = (min(max(each, 0), rows) for each in (top, end))
            left, right = (min(max(each, 0), columns) for each in (left, right))
            part = FEATURES[int(image), c, top:end, left:right]
            if part.size:
                tops[r, c, i, j] = part.max()
                y, x = np.unravel_index(part.argmax(), part.shape)
                back[int(image), c, top + y, left + x] += grad[r, c, i, j]
    return tops, back


def test_the_forks_figures() -> None:
    check_oracle("roi_pooling")


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (7, 7)])
def test_the_greatest_of_each_bin(size: tuple[int, int]) -> None:
    grad = np.random.default_rng(1).normal(size=(6, 12, *size)).astype(np.float32)
    got = run(layer(*size, 0.125), FEATURES, ROIS, top_grads=[grad])
    tops, back = pooled(*size, 0.125, grad)
    np.testing.assert_array_equal(got.tops[0], tops)
    np.testing.assert_allclose(got.bottom_grads[0], back, rtol=1e-5, atol=1e-6)


def test_what_every_layer_keeps() -> None:
    keeps_the_contract(layer(3, 2, 0.125), FEATURES, ROIS, no_gradient=[1], **REGIONS_ONLY)
