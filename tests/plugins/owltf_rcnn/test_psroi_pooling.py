"""PSROIPooling gives the figures of a real build, and those of its definition."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
import owltf_rcnn
import pytest
from rcnn_layers import FEATURES, REGIONS_ONLY, ROIS, check_oracle, keeps_the_contract, run

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

LAYER = (
    'type: "PSROIPooling" psroi_pooling_param {{ output_dim: {} group_size: 2 '
    "spatial_scale: 0.125 }}"
)


def test_the_forks_figures() -> None:
    check_oracle("psroi_pooling")


def rounded(value: float) -> float:
    """Return C's round: halves go away from 0."""
    return float(np.sign(value) * floor(abs(value) + 0.5))


def pooled(side: int, channels: int, scale: float) -> np.ndarray:
    """Return the mean of each bin in its own channels."""
    tops = np.zeros((len(ROIS), channels, side, side))
    rows, columns = FEATURES.shape[2:]
    for r, (image, *corners) in enumerate(ROIS):
        x1, y1, x2, y2 = (rounded(float(each)) for each in corners)
        start = (y1 * scale, x1 * scale)
        ends = ((y2 + 1) * scale, (x2 + 1) * scale)
        steps = [max(end - begin, 0.1) / side for begin, end in zip(start, ends, strict=True)]
        for c, i, j in np.ndindex(channels, side, side):
            top, left = (floor(n * s + b) for n, s, b in zip((i, j), steps, start, strict=True))
            end, right = (
                ceil((n + 1) * s + b) for n, s, b in zip((i, j), steps, start, strict=True)
            )
            top, end = (min(max(each, 0), rows) for each in (top, end))
            left, right = (min(max(each, 0), columns) for each in (left, right))
            part = FEATURES[int(image), (c * side + i) * side + j, top:end, left:right]
            tops[r, c, i, j] = part.mean() if part.size else 0
    return tops


@pytest.mark.parametrize(("side", "channels", "scale"), [(1, 12, 0.25), (2, 3, 0.125), (2, 3, 1)])
def test_the_definition(side: int, channels: int, scale: float) -> None:
    fields = f"output_dim: {channels} group_size: {side} spatial_scale: {scale}"
    layer = f'type: "PSROIPooling" psroi_pooling_param {{ {fields} }}'
    net = one_layer(layer, FEATURES.shape, ROIS.shape)
    got = run(net, FEATURES, ROIS, top_grads=[np.ones((6, channels, side, side))]).tops[0]
    np.testing.assert_allclose(got, pooled(side, channels, scale), rtol=1e-4, atol=1e-5)


def test_channels_that_do_not_fit_are_refused() -> None:
    net = one_layer(LAYER.format(4), FEATURES.shape, ROIS.shape)
    with use_plugins(owltf_rcnn), pytest.raises(OwltfError, match="need 16 channels"):
        net_of(net)


def test_what_every_layer_keeps() -> None:
    net = one_layer(LAYER.format(3), FEATURES.shape, ROIS.shape)
    keeps_the_contract(net, FEATURES, ROIS, no_gradient=[1], **REGIONS_ONLY)
