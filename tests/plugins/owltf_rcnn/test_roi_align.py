"""ROIAlign against its definition."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from rcnn_layers import FEATURES, REGIONS_ONLY, ROIS, keeps_the_contract, run

from owltf.testing import one_layer

LAYER = (
    'type: "ROIAlign" roi_align_param {{ pooled_h: 3 pooled_w: 2 spatial_scale: 0.125 '
    "sampling_ratio: {} }}"
)


def value(image: np.ndarray, y: float, x: float) -> np.ndarray:
    """Return the features (C,) at a point between pixels."""
    rows, columns = image.shape[1:]
    if not (-1 <= y <= rows and -1 <= x <= columns):
        return np.zeros(len(image))
    y, x = min(max(y, 0), rows - 1), min(max(x, 0), columns - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, rows - 1), min(left + 1, columns - 1)
    upper = image[:, top, left] * (1 - x + left) + image[:, top, right] * (x - left)
    lower = image[:, bottom, left] * (1 - x + left) + image[:, bottom, right] * (x - left)
    return np.asarray(upper * (1 - y + top) + lower * (y - top))


@pytest.mark.parametrize("samples", [0, 1, 3])
def test_the_mean_of_each_bins_points(samples: int) -> None:
    net = one_layer(LAYER.format(samples), FEATURES.shape, ROIS.shape)
    got = run(net, FEATURES, ROIS, top_grads=[np.ones((6, 12, 3, 2))]).tops[0]
    for (image, *corners), top in zip(ROIS, got, strict=True):
        x1, y1, x2, y2 = (float(each) * 0.125 for each in corners)
        down, across = (
            samples or ceil(size) for size in (max(y2 - y1, 1) / 3, max(x2 - x1, 1) / 2)
        )
        steps = max(y2 - y1, 1) / 3 / down, max(x2 - x1, 1) / 2 / across
        points = np.array(
            [
                [
                    value(
                        FEATURES[int(image)], y1 + (i + 0.5) * steps[0], x1 + (j + 0.5) * steps[1]
                    )
                    for j in range(2 * across)
                ]
                for i in range(3 * down)
            ]
        )
        wanted = points.reshape(3, down, 2, across, 12).mean((1, 3))
        np.testing.assert_allclose(np.moveaxis(top, 0, 2), wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("samples", [0, 2])
def test_what_every_layer_keeps(samples: int) -> None:
    net = one_layer(LAYER.format(samples), FEATURES.shape, ROIS.shape)
    keeps_the_contract(net, FEATURES, ROIS, no_gradient=[1], **REGIONS_ONLY)
